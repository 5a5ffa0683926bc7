import { describe, expect, it } from 'vitest';
import type { Message } from '../api/messages';
import { isFailed, type Row, rowsOf } from './conversation-rows.js';

const message = (id: string, runId: string, values: Partial<Message> = {}): Message => ({
  ...{ id, role: 'assistant', runId, parentRunId: undefined, runStatus: 'COMPLETED', component: 'agent' },
  ...{ createdAt: undefined, values: {}, json: () => '{}', ...values },
});
const member = (id: string, runId: string, parentRunId: string, values: Partial<Message> = {}): Message =>
  message(id, runId, { parentRunId, ...values });

const NOTHING_CHOSEN = { chosen: new Map<string, boolean>(), linked: undefined };
const rows = (messages: readonly Message[], folding = {}) =>
  rowsOf({ messages, begun: [] }, { ...NOTHING_CHOSEN, ...folding });
const printed = (row: Row): string => {
  const name = row.kind === 'message' ? row.message.id : row.kind === 'run' ? `[${row.run.key}]` : row.preview.run_id;
  return `${'  '.repeat(row.depth)}${name}${row.kind === 'run' && row.isFolded ? ' folded' : ''}`;
};

describe('rowsOf', () => {
  it.each(['before', 'after'])('shows members that are stored %s their team before its answer', (place) => {
    const team = [message('question', 'team', { role: 'user' }), message('answer', 'team')];
    const members = [member('task', 'm', 'team', { role: 'user' }), member('result', 'm', 'team')];
    const shown = rows(place === 'before' ? [...members, ...team] : [...team, ...members]);
    expect(shown.map(printed)).toEqual(['[team]', 'question', '  [m]', '  task', '  result', 'answer']);
  });

  it('folds members of members, unless they have failed or contain the linked message', () => {
    const messages = [member('a', 'inner', 'outer'), member('b', 'outer', 'top'), message('c', 'top')];
    const folded = ['[top]', '  [outer]', '    [inner] folded', '  b', 'c'];
    const open = ['[top]', '  [outer]', '    [inner]', '    a', '  b', 'c'];
    expect(rows(messages).map(printed)).toEqual(folded);
    expect(rows(messages, { linked: 'a' }).map(printed)).toEqual(open);
    expect(rows(messages, { chosen: new Map([['inner', false]]) }).map(printed)).toEqual(open);
    const failed = member('a', 'inner', 'outer', { runStatus: 'ERROR', values: { error: 'timeout' } });
    expect(rows([failed, ...messages.slice(1)]).map(printed)).toEqual(open);
  });

  it('gives each line a key of its own, also where ids are repeated', () => {
    const shown = rows([message('same', 'r'), message('same', 'r'), message('same', 'q')]);
    expect(new Set(shown.map(({ key }) => key)).size).toBe(shown.length);
  });

  it('shows runs that are their own ancestors once', () => {
    const shown = rows([member('a', 'one', 'two'), member('b', 'two', 'one'), member('c', 'self', 'self')]);
    expect(shown.filter(({ kind }) => kind === 'message').map((row) => printed(row).trim())).toEqual(['a', 'b', 'c']);
  });

  it('finds one error for each run that has failed, and those of its tool calls', () => {
    const failedCall = { tool_calls: [3, { result: { tool_call_error: true } }] };
    const messages = [
      message('a', 'ok'),
      message('b', 'failed', { runStatus: 'ERROR', values: { error: 'timeout' } }),
      message('c', 'without message', { runStatus: 'ERROR' }),
      message('d', 'with call', { values: failedCall }),
    ];
    expect(rows(messages).filter(isFailed).map(printed)).toEqual(['b', '[without message]', 'd']);
  });
});
