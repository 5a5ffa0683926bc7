import { MessageSchema } from '@ag-ui/core/schemas';
import { safeValidateUIMessages } from 'ai';
import { describe, expect, it } from 'vitest';
import {
  asked,
  CALLED,
  type Json,
  MEDIA,
  MEMBER,
  PAUSED,
  type Page,
  RESULT,
  SessionInMemory,
  said,
  TEAM,
  TOOLS,
  WORKFLOW,
} from '../../../../test/support/session-in-memory.js';
import { MESSAGE_FORMATS } from '../requests/get-messages.request.js';

const SHAPES: readonly (readonly [string, SessionInMemory])[] = [
  ['tools', new SessionInMemory([TOOLS])],
  ['a paused run', new SessionInMemory([PAUSED])],
  ['media', new SessionInMemory([MEDIA])],
  ['members', new SessionInMemory([MEMBER, { ...TEAM, member_responses: [MEMBER] }], 'team')],
  ['members inside of the run', new SessionInMemory([{ ...TEAM, member_responses: [MEMBER, WORKFLOW] }], 'team')],
  ['a workflow', new SessionInMemory([WORKFLOW], 'workflow')],
  [
    'reasoning',
    new SessionInMemory([
      asked('r', [said('user', 'm1', 'Why?'), said('assistant', 'm2', 'So.')], { reasoning_content: 'Hm' }),
    ]),
  ],
  ['a failed run', new SessionInMemory([asked('e', [said('user', 'm1', 'Go')], { status: 'ERROR', content: 'boom' })])],
  [
    'a failed run without messages',
    new SessionInMemory([
      { run_id: 'e', agent_id: 'a', status: 'ERROR', input: { input_content: 'Go' }, content: 'boom' },
    ]),
  ],
  [
    'values that are not valid',
    new SessionInMemory([
      asked('odd', [
        1,
        null,
        {},
        { role: 7, content: {} },
        { role: 'user', content: '' },
        { role: 'user', content: [{ type: 'text', text: 'a' }, { image_url: { url: 'https://x.example/a' } }, 1, {}] },
        { role: 'assistant', tool_calls: [{}, 1, { id: 7, function: { arguments: '{' } }, { function: 'x' }] },
        { role: 'assistant', tool_calls: 'x', content: 5, images: 'x', audio_output: [] },
        { role: 'tool', tool_call_id: 9, content: { a: 1 } },
        { role: 'tool', tool_call_id: 'lost', content: null, tool_call_error: true },
        { role: 'model', content: 'from Gemini', created_at: 'never', name: {} },
        { role: 'developer', content: 'Use tools.' },
        { role: 'critic', content: 'hm' },
      ]),
      asked('none', [], { tools: 'x', requirements: [1, {}], status: 7 }),
      { agent_id: null, messages: {}, input: [], content: null, status: 'PAUSED', requirements: 5 },
      'false',
      '[]',
    ]),
  ],
];

const INCLUDES = [
  '',
  '&include=tools',
  '&include=tools,reasoning,members',
  '&roles=user,tool,assistant,system,developer',
];

describe('the messages of a session', () => {
  describe.each(SHAPES)('with %s', (_, session) => {
    it.each(INCLUDES)('are UIMessages of the AI SDK%s', async (include) => {
      const messages = session.all(`format=ai-sdk${include}`);
      if (messages.length > 0) expect(await safeValidateUIMessages({ messages })).toMatchObject({ success: true });
    });

    it.each(INCLUDES)('are messages of AG-UI%s', (include) => {
      for (const message of session.all(`format=ag-ui${include}`)) MessageSchema.parse(message);
    });

    it.each(MESSAGE_FORMATS)('have different ids, which stay the same, as %s', (format) => {
      const ids = session.all(`format=${format}${INCLUDES[2]}`).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(session.all(`format=${format}${INCLUDES[2]}`).map(({ id }) => id)).toEqual(ids);
    });

    it.each(MESSAGE_FORMATS)('are the same in pages of any size, in both orders, as %s', (format) => {
      for (const include of INCLUDES) {
        const all = session.all(`format=${format}${include}`);
        for (const limit of [1, 2, 3]) {
          const forward = session.walk(`order=asc&format=${format}${include}`, () => limit);
          expect(forward.flat()).toEqual(all);
          const backward = session.walk(`order=desc&format=${format}${include}`, () => limit);
          expect(backward.flat().toReversed()).toEqual(all);
        }
      }
    });
  });
});

describe('a message of 300,000 parts', () => {
  const parts = new SessionInMemory([asked('r', [said('user', 'm1', Array(300_000).fill('ж'))])]);

  it.each(['ai-sdk', 'ag-ui'])('is shown whole as %s', (format) => {
    const [message] = parts.all(`format=${format}`);
    expect(JSON.stringify(message).match(/ж/g)).toHaveLength(300_000);
  });
});

describe('repeated messages', () => {
  const first = [said('user', 'm1', 'One'), said('assistant', 'm2', 'Two')];
  const ids = (runs: readonly Json[], query = '') => new SessionInMemory(runs).all(query).map(({ id }) => id);

  it('are shown once: copies from the history, and those of a run that stores its history', () => {
    const copies = first.map((message) => ({ ...message, from_history: true }));
    const later = [said('user', 'm3', 'Three'), said('assistant', 'm4', 'Four')];
    expect(ids([asked('r1', first), asked('r2', [...copies, ...later])])).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(ids([asked('r1', first), asked('r2', [...first, ...later])])).toEqual(['m1', 'm2', 'm3', 'm4']);
    const third = asked('r3', [...first, ...later, said('user', 'm5', 'Five')]);
    expect(ids([asked('r1', first), asked('r2', [...first, ...later]), third])).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  it('are not shown where they are marked as copies from the history, of whichever run', () => {
    const copies = first.map((message) => ({ ...message, from_history: true }));
    const runs = [asked('r1', first), asked('r2', [said('user', 'm3', 'Three')]), asked('r3', copies)];
    expect(ids(runs)).toEqual(['m1', 'm2', 'm3']);
  });

  it('are not those with the same id and another content', () => {
    expect(ids([asked('r1', first), asked('r2', [said('user', 'm1', 'Else')])])).toEqual(['m1', 'm2', 'm1']);
  });

  it('are left out of a fork, also of one in a session that was forked', () => {
    const between = asked('r2', [said('user', 'm3', 'Three')]);
    const fork = asked('r3', [...first, said('user', 'm5', 'Five')], {
      forked_from_run_id: 'r1',
      forked_from_message_index: 2,
    });
    expect(ids([asked('r1', first), between, fork])).toEqual(['m1', 'm2', 'm3', 'm5']);
    const copied = [asked('x1', first), between, { ...fork, forked_from_session_id: 'other' }];
    expect(ids(copied)).toEqual(['m1', 'm2', 'm3', 'm5']);
  });
});

describe('a run that is running', () => {
  it('shows no message before AgentOS has stored it, since its id would change', () => {
    const pending = { run_id: 'r', agent_id: 'a', status: 'PENDING', input: { input_content: 'Go' } };
    expect(new SessionInMemory([pending]).all('')).toEqual([]);
  });

  it.each(MESSAGE_FORMATS)('grows after the cursors that were given before, as %s', (format) => {
    const query = `order=asc&limit=1&include=tools&format=${format}`;
    const messages = [said('user', 'm1', 'Weather?'), CALLED, RESULT, said('assistant', 'm4', 'Rain.')];
    const at = (count: number) =>
      new SessionInMemory([asked('r', messages.slice(0, count), { status: 'RUNNING' }), TEAM]);
    const { meta } = at(2).page(query);
    const rest = at(4).walk(`${query}&limit=1`, () => 1);
    const after = at(4).page(`${query}&limit=20&cursor=${meta.next_cursor}`);
    expect(after.data.map(({ id }) => id)).toEqual(
      rest
        .flat()
        .slice(1)
        .map(({ id }) => id),
    );
  });
});

describe('cursors', () => {
  const runs = [1, 2, 3, 4].map((run) =>
    asked(`r${run}`, [said('user', `q${run}`, `Question ${run}`), said('assistant', `a${run}`, `Answer ${run}`)]),
  );
  const session = new SessionInMemory(runs);
  const ids = ({ data }: Page) => data.map(({ id }) => id);

  it('lead forwards and back again', () => {
    const first = session.page('limit=3');
    expect(ids(first)).toEqual(['a4', 'q4', 'a3']);
    expect(first.meta.prev_cursor).toBeNull();
    const second = session.page(`limit=3&cursor=${first.meta.next_cursor}`);
    expect(ids(second)).toEqual(['q3', 'a2', 'q2']);
    expect(ids(session.page(`limit=3&cursor=${second.meta.prev_cursor}`))).toEqual(['a4', 'q4', 'a3']);
    const third = session.page(`limit=3&cursor=${second.meta.next_cursor}`);
    expect([ids(third), third.meta.next_cursor]).toEqual([['a1', 'q1'], null]);
    const back = session.page(`limit=3&cursor=${third.meta.prev_cursor}`);
    expect(ids(back)).toEqual(['q3', 'a2', 'q2']);
    expect(ids(session.page(`limit=3&cursor=${back.meta.next_cursor}`))).toEqual(['a1', 'q1']);
    expect(ids(session.page(`limit=3&cursor=${back.meta.prev_cursor}`))).toEqual(['a4', 'q4', 'a3']);
  });

  it('are null on a page that shows everything', () => {
    expect(session.page('limit=8').meta).toEqual({ next_cursor: null, prev_cursor: null });
    expect(new SessionInMemory([]).page('')).toEqual({ data: [], meta: { next_cursor: null, prev_cursor: null } });
  });

  it.each(['asc', 'desc'])('lead on from the same message when its run is deleted, in order %s', (order) => {
    const changed = new SessionInMemory(runs);
    const { meta } = changed.page(`limit=4&order=${order}`);
    changed.delete(order === 'asc' ? 'r2' : 'r3');
    const expected = order === 'asc' ? ['q3', 'a3', 'q4', 'a4'] : ['a2', 'q2', 'a1', 'q1'];
    expect(ids(changed.page(`order=${order}&cursor=${meta.next_cursor}`))).toEqual(expected);
  });

  it('lead to a page without a newer run that is added while the page is read', () => {
    const changed = new SessionInMemory(runs);
    const { meta } = changed.page('limit=2');
    const added = asked('r5', [said('user', 'q5', 'Question 5')]);
    // The run beside the cursor has been read before.
    changed.onRead = (count) => count === 2 && changed.add(added);
    expect(ids(changed.page(`limit=2&cursor=${meta.next_cursor}`))).toEqual(['a3', 'q3']);
    expect(ids(changed.page('limit=1'))).toEqual(['q5']);
  });
});
