import { describe, expect, it } from 'vitest';
import {
  asked,
  CALL,
  CALLED,
  MEMBER,
  RESULT,
  SessionInMemory,
  said,
  TEAM,
  TOOLS,
} from '../../../../test/support/session-in-memory.js';

describe('format=ag-ui', () => {
  it('shows results and reasoning as messages of their own, beside their call', () => {
    const reasoned = { ...CALLED, reasoning_content: 'Ask.' };
    const run = asked('r', [said('user', 'm1', 'Weather?'), reasoned, RESULT]);
    expect(new SessionInMemory([run]).all('include=tools,reasoning&format=ag-ui')).toMatchObject([
      { id: 'm1', role: 'user', content: 'Weather?', metadata: { run_id: 'r' } },
      { role: 'reasoning', content: 'Ask.' },
      {
        id: 'm2',
        role: 'assistant',
        toolCalls: [{ id: 'c1', function: { name: 'weather', arguments: CALL.function.arguments } }],
      },
      { id: 'm3', role: 'tool', toolCallId: 'c1', content: 'rain' },
    ]);
  });

  it('ends a page before a call whose results do not fit, and gives a longer group whole', () => {
    const query = 'include=tools&format=ag-ui&order=asc';
    const sizes = (limit: number) => new SessionInMemory([TOOLS]).walk(query, () => limit).map(({ length }) => length);
    expect(sizes(1)).toEqual([1, 2, 1]);
    expect(sizes(2)).toEqual([1, 2, 1]);
    expect(sizes(3)).toEqual([3, 1]);
  });

  it('marks the messages of members', () => {
    const session = new SessionInMemory([MEMBER, TEAM], 'team');
    expect(session.all('include=members&format=ag-ui').map(({ subagentRunId }) => subagentRunId)).toEqual([
      ...['member', 'member'],
      ...[undefined, undefined],
    ]);
  });
});
