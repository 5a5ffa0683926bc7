import { describe, expect, it } from 'vitest';
import { issuesOf } from '../../../../test/support/contract-problem.js';
import { parseGetRun, parseGetSession } from './get-session.request.js';

describe('parseGetSession', () => {
  it('reads all parameters, with the chat history by default', () => {
    const reference = { type: undefined, userId: undefined, dbId: undefined, table: undefined };
    expect(parseGetSession('')).toEqual({ ...reference, view: undefined, chatHistory: true });
    expect(parseGetSession('type=team&user_id=&db_id=d&table=t&view=editable&chat_history=off')).toEqual({
      ...{ type: 'team', userId: '', dbId: 'd', table: 't' },
      ...{ view: 'editable', chatHistory: false },
    });
  });

  it('reports invalid parameters in order', () => {
    expect(issuesOf(() => parseGetSession('chat_history=x&view=&type=Team'))).toEqual([
      'enum query.type',
      'enum query.view',
      'bool_parsing query.chat_history',
    ]);
  });
});

describe('parseGetRun', () => {
  it('ignores the parameters that only a session has', () => {
    expect(parseGetRun('type=agent&view=x&chat_history=x')).toMatchObject({ type: 'agent' });
  });
});
