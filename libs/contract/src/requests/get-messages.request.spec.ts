import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf } from '../../../../test/support/contract-problem.js';
import { parseGetMessages } from './get-messages.request.js';
import { encodeMessageCursor } from './message-cursor.js';

describe('parseGetMessages', () => {
  it('shows the chat by default, the newest messages first', () => {
    const reference = { type: undefined, userId: undefined, dbId: undefined, table: undefined };
    const parts = { roles: undefined, tools: false, members: false, reasoning: false };
    expect(parseGetMessages('')).toEqual({
      ...reference,
      ...{ format: 'agno', order: 'desc', limit: 20, parts, cursor: undefined },
    });
    expect(parseGetMessages('cursor=&include=&roles=')).toEqual(parseGetMessages(''));
  });

  it('reads lists separated by commas, repeated, or both', () => {
    const query = 'include=tools,+reasoning&include=members&roles=user&roles=assistant,user&limit=+7&format=ag-ui';
    expect(parseGetMessages(query)).toMatchObject({
      ...{ limit: 7, format: 'ag-ui' },
      parts: {
        ...{ tools: true, members: true, reasoning: true },
        roles: new Set(['"user"', '"assistant"', '"model"']),
      },
    });
  });

  it('shows tools if the role is selected', () => {
    expect(parseGetMessages('roles=tool').parts).toMatchObject({ tools: true, roles: new Set(['"tool"']) });
  });

  it('reports invalid parameters in order', () => {
    const query = 'include=tool&roles=user,bot&format=agui&order=ASC&limit=0&type=Agent';
    expect(issuesOf(() => parseGetMessages(query))).toEqual([
      ...['enum query.type', 'greater_than_equal query.limit', 'enum query.order', 'enum query.format'],
      ...['enum query.roles', 'enum query.include'],
    ]);
    expect(issuesOf(() => parseGetMessages('limit=1001'))).toEqual(['less_than_equal query.limit']);
    expect(issuesOf(() => parseGetMessages('limit=x'))).toEqual(['int_parsing query.limit']);
  });

  it('reads its own cursors', () => {
    const key = ['9007199254740993', null, 'r'] as const;
    const position = { layout: 'table', order: 'desc', key } as const;
    const cursor = { side: 'before', anchor: { position, place: [2 ** 31, 7] } } as const;
    expect(parseGetMessages(`cursor=${encodeMessageCursor(cursor, 'd')}`).cursor).toEqual({ ...cursor, digest: 'd' });
  });

  it.each([
    ['no base64url', 'x'],
    ['no list', encoded({})],
    ['a cursor of runs', encoded(['runs-1', 'asc', 'd', 'table', 'key', '1', null, 'r'])],
    ['an unknown side', encoded(['messages-1', 'asc', 'd', 'at', 0, 0, 'table', 'key', '1', null, 'r'])],
    ['a place that is no index', encoded(['messages-1', 'asc', 'd', 'after', -1, 0, 'table', 'key', '1', null, 'r'])],
    [
      'a place that is a fraction',
      encoded(['messages-1', 'asc', 'd', 'after', 0, 0.5, 'table', 'key', '1', null, 'r']),
    ],
    ['no position', encoded(['messages-1', 'asc', 'd', 'after', 0, 0])],
    ['a position with NUL', encoded(['messages-1', 'asc', 'd', 'after', 0, 0, 'table', 'key', '1', null, '\0'])],
  ])('rejects a cursor that is %s', (_, cursor) => {
    expect(problemOf(() => parseGetMessages(`cursor=${cursor}`))[0]).toBe(400);
  });
});

function encoded(parts: unknown): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}
