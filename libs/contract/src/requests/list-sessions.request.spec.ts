import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf } from '../../../../test/support/contract-problem.js';
import { parseListSessions } from './list-sessions.request.js';

describe('parseListSessions', () => {
  it('applies the defaults to an empty query', () => {
    expect(parseListSessions('')).toEqual({
      type: undefined,
      componentId: undefined,
      userId: undefined,
      sessionName: undefined,
      limit: 20n,
      page: 1n,
      sortBy: 'created_at',
      sortOrder: 'desc',
      count: 'exact',
      dbId: undefined,
      table: undefined,
    });
  });

  it('reads the parameters of times and metadata as one filter', () => {
    const { filter } = parseListSessions(
      'created_after=-1&updated_before=9&metadata.a.b=x&metadata.n=1.5&metadata.n=01',
    );
    const metadata = (key: string) => ({ kind: 'json', column: 'metadata', path: [key] });
    expect(filter).toEqual({
      op: 'AND',
      conditions: [
        { op: 'GTE', field: { kind: 'time', column: 'created_at' }, values: ['-1'] },
        { op: 'LTE', field: { kind: 'time', column: 'updated_at' }, values: ['9'] },
        { op: 'EQ', field: metadata('a.b'), values: ['"x"'] },
        { op: 'IN', field: metadata('n'), values: ['"1.5"', '1.5'] },
        { op: 'EQ', field: metadata('n'), values: ['"01"'] },
      ],
    });
  });

  it.each([
    ['created_after=x', 'int_parsing', ['query', 'created_after']],
    ['updated_before=', 'int_parsing', ['query', 'updated_before']],
    [`metadata.${'k'.repeat(257)}=x`, 'string_too_long', ['query', 'metadata']],
    [`metadata.k=${'x'.repeat(257)}`, 'string_too_long', ['query', 'metadata']],
    ['metadata.k=x&'.repeat(49), 'value_error', ['query', 'metadata']],
    ['count=', 'enum', ['query', 'count']],
    ['cursor=&page=1', 'value_error', ['query', 'page']],
    ['cursor=&sort_by=user_id', 'value_error', ['query', 'sort_by']],
  ])('defers the issue of a parameter that AgentOS ignores: %s', (query, type, loc) => {
    const { deferredProblem } = parseListSessions(query);
    expect(deferredProblem?.status).toBe(422);
    expect(JSON.parse(deferredProblem?.detail ?? '')).toMatchObject([{ type, loc }]);
  });

  it('responds 400 to a text that is no cursor', () => {
    expect(problemOf(() => parseListSessions('cursor=x'))[0]).toBe(400);
  });

  it('returns an empty string for empty filters, but undefined for an empty db_id and sort_by', () => {
    const parsed = parseListSessions('user_id=&component_id=&session_name=&sort_by=&db_id=&table=');
    expect(parsed).toMatchObject({ userId: '', componentId: '', sessionName: '', sortBy: undefined, dbId: undefined });
  });

  it('reports all issues in the order of the contract, not of the query', () => {
    const expected = "'agent', 'team' or 'workflow'";
    const integer = 'Input should be a valid integer, unable to parse string as an integer';
    expect(problemOf(() => parseListSessions('sort_order=ASC&page=-1&limit=x&type='))).toEqual([
      422,
      [
        { type: 'enum', loc: ['query', 'type'], msg: `Input should be ${expected}`, input: '', ctx: { expected } },
        { type: 'int_parsing', loc: ['query', 'limit'], msg: integer, input: 'x' },
        {
          type: 'greater_than_equal',
          loc: ['query', 'page'],
          msg: 'Input should be greater than or equal to 0',
          input: '-1',
          ctx: { ge: 0 },
        },
        {
          type: 'enum',
          loc: ['query', 'sort_order'],
          msg: "Input should be 'asc' or 'desc'",
          input: 'ASC',
          ctx: { expected: "'asc' or 'desc'" },
        },
      ],
    ]);
  });

  it.each([
    ['limit=0', 'greater_than_equal query.limit'],
    [`limit=${'9'.repeat(4301)}`, 'int_parsing_size query.limit'],
    ['page=0', 'greater_than_equal query.page'],
    ['limit=9223372036854775808', 'less_than_equal query.limit'],
    ['limit=1&page=9223372036854775809', 'less_than_equal query.page'],
    ['limit=2&page=4611686018427387905', 'less_than_equal query.page'],
    ['page=0&type=bad', 'enum query.type'],
    [`session_name=${'x'.repeat(257)}`, 'string_too_long query.session_name'],
    [`session_name=${'x'.repeat(257)}&limit=0`, 'greater_than_equal query.limit'],
  ])('rejects the query %s with the issue %s', (query, issue) => {
    expect(issuesOf(() => parseListSessions(query))).toEqual([issue]);
  });

  it('limits the name filter by code points, not by UTF-16 code units', () => {
    const longest = '🙂'.repeat(256);
    expect(parseListSessions(`session_name=${encodeURIComponent(longest)}`)).toMatchObject({ sessionName: longest });
    expect(problemOf(() => parseListSessions(`session_name=${encodeURIComponent(`${longest}x`)}`))).toEqual([
      422,
      [
        {
          type: 'string_too_long',
          loc: ['query', 'session_name'],
          msg: 'String should have at most 256 characters',
          input: `${longest}x`,
          ctx: { max_length: 256 },
        },
      ],
    ]);
  });

  it.each([
    ['limit=9223372036854775807', 9223372036854775807n, 1n],
    ['limit=2&page=4611686018427387904', 2n, 4611686018427387904n],
    ['limit=1&page=9223372036854775808', 1n, 9223372036854775808n],
    ['limit=x&limit=+1_0.0', 10n, 1n],
  ])('reads the query %s as limit %s and page %s', (query, limit, page) => {
    expect(parseListSessions(query)).toMatchObject({ limit, page });
  });
});
