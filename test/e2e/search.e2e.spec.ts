import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { type ApiResponse, call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { type FilteredSession, matches, randomFilter } from '../support/filter-model.js';
import { HoldingProxy } from '../support/holding-proxy.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';

interface List {
  data: { session_id: string }[];
  meta: { total_count: number; next_cursor?: string | null };
}

const LAYOUTS = {
  'v2 with json columns': V2_JSON_TABLES,
  v2: V2_TABLES,
  v3: `${V2_TABLES.replace(' runs jsonb,', '')} ${UPGRADE_TO_V3}`,
};

const METADATA: FilteredSession['metadata'][] = [
  undefined,
  null,
  {},
  [{ k: 'a' }, 'k'],
  { k: 'a' },
  { k: 1, a: { b: 'x' } },
  { k: '1', a: { b: null } },
  { k: true, a: [{ b: 'x' }] },
  { k: null, '0': 'a' },
  { k: ['a', 'x'], a: { b: 1.5 } },
  { k: { x: 'ab' } },
  { k: 'ABX' },
];

const SESSIONS: FilteredSession[] = METADATA.map((metadata, index) => ({
  session_id: `s${index}`,
  session_type: 'agent',
  ...(index % 3 > 0 && { user_id: `u${index % 3}` }),
  ...(index % 4 > 0 && { session_name: `a${index % 4 === 1 ? '' : 'B'}` }),
  ...(metadata !== undefined && { metadata }),
  created_at: index,
  ...(index % 2 > 0 && { updated_at: index + 4 }),
}));

const STORED = `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, session_data, metadata, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Number of random filters per layout. */
const FILTERS = 150;

describe.each(Object.entries(LAYOUTS))('POST /sessions/search on tables of layout %s', (_layout, tables) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(tables);
    for (const { session_name, metadata, ...row } of SESSIONS) {
      const data = session_name === undefined ? null : JSON.stringify({ session_name });
      const json = metadata === undefined ? null : JSON.stringify(metadata);
      const { session_id, session_type, user_id, created_at, updated_at } = row;
      await database.sql(STORED, [session_id, session_type, user_id, data, json, created_at, updated_at]);
    }
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  const search = (body: unknown, query = ''): Promise<ApiResponse> =>
    call(service.baseUrl, `/sessions/search${query}`, { method: 'POST', body });

  it('finds the sessions that random filters match, with the right total, on pages with and without cursors', async () => {
    const random = new SeededRandom(25);
    for (let count = 0; count < FILTERS; count++) {
      const filter = randomFilter(random, 3);
      const expected = SESSIONS.filter((session) => matches(filter, session) === true).map(
        ({ session_id }) => session_id,
      );
      const found: string[] = [];
      for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
        const { status, text, json } = await search({ filter, cursor, limit: 5, sort_order: 'asc' });
        expect(status, `${JSON.stringify(filter)} ${text}`).toBe(200);
        const { data, meta }: List = json;
        found.push(...data.map(({ session_id }) => session_id));
        expect(meta.total_count, JSON.stringify([filter, found, expected])).toBe(expected.length);
        cursor = meta.next_cursor;
      }
      expect(found, JSON.stringify(filter)).toEqual(expected);
    }
  });

  it('combines the filter with the parameters of lists', async () => {
    const filter = { op: 'GTE', key: 'created_at', value: '1970-01-01T00:00:03' };
    const query = '?user_id=u1&metadata.k=1&created_before=9&type=agent&session_name=a&db_id=default';
    const { json }: { json: List } = await search({ filter, page: 1, limit: 3, sort_by: 'session_id' }, query);
    expect(json.data.map(({ session_id }) => session_id)).toEqual([]);
    const { json: found }: { json: List } = await search({ filter }, '?metadata.k=1&created_before=9');
    expect(found.data.map(({ session_id }) => session_id)).toEqual(['s6', 's5']);
  });

  it('responds as the list does without a filter', async () => {
    const list = await call(service.baseUrl, '/sessions?limit=4&page=2&sort_order=asc&sort_by=updated_at');
    const body = { limit: 4, page: 2, sort_order: 'asc', sort_by: 'updated_at' };
    for (const filter of [undefined, null, {}]) expect((await search({ ...body, filter })).text).toBe(list.text);
  });
});

describe('POST /sessions/search', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    const database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  const search = (body: unknown, query = ''): Promise<ApiResponse> =>
    call(service.baseUrl, `/sessions/search${query}`, { method: 'POST', body });
  const eq = { op: 'EQ', key: 'user_id', value: 'u' };
  const nested = (depth: number): object => (depth === 0 ? eq : { op: 'NOT', condition: nested(depth - 1) });

  it.each([
    [{ op: 'LIKE', key: 'user_id', value: 'u' }, 'Unknown filter operator: LIKE'],
    [{ op: 1 }, 'Unknown filter operator: 1'],
    [{ key: 'user_id' }, "Invalid filter dictionary: must contain 'op' key. Got: {'key': 'user_id'}"],
    [{ op: 'EQ', key: 'user_id' }, "EQ filter requires 'key' and 'value' fields. Got: {'op': 'EQ', 'key': 'user_id'}"],
    [
      { ...eq, value: null },
      "EQ filter requires 'key' and 'value' fields. Got: {'op': 'EQ', 'key': 'user_id', 'value': None}",
    ],
    [
      { op: 'IN', key: 'user_id', value: 'u' },
      "IN filter requires 'key' and 'values' fields. Got: {'op': 'IN', 'key': 'user_id', 'value': 'u'}",
    ],
    [{ op: 'AND', conditions: [] }, "AND filter requires 'conditions' field. Got: {'op': 'AND', 'conditions': []}"],
    [{ op: 'OR' }, "OR filter requires 'conditions' field. Got: {'op': 'OR'}"],
    [{ op: 'NOT' }, "NOT filter requires 'condition' field. Got: {'op': 'NOT'}"],
    [{ op: 'NOT', condition: 1 }, "Invalid filter dictionary: must contain 'op' key. Got: 1"],
    [{ op: 'NOT', condition: null }, "Invalid filter dictionary: must contain 'op' key. Got: None"],
    [{ op: 'AND', conditions: ["it's"] }, "Invalid filter dictionary: must contain 'op' key. Got: it's"],
    [{ op: null }, 'Unknown filter operator: None'],
    [{ op: ['EQ', 1] }, "Unknown filter operator: ['EQ', 1]"],
    [nested(11), 'Filter expression exceeds maximum nesting depth of 10'],
    [{ op: 'IN', key: 'user_id', values: Array(101).fill('u') }, 'at most 100 values are accepted'],
  ])('responds 400 in the words of AgentOS: %j', async (filter, message) => {
    const { status, json } = await search({ filter });
    expect([status, json]).toEqual([400, { detail: `Invalid filter expression: ${message}` }]);
  });

  it.each(['runs', 'metadata', 'metadata_x', 'nope', 'runs.0', '', 'name', 'METADATA.a'])(
    'responds 400 to the unknown key %j and names the known keys',
    async (key) => {
      const { status, text } = await search({ filter: { ...eq, key } });
      expect(status).toBe(400);
      expect(text).toContain(
        `Invalid filter expression: Invalid filter field: '${key}'. Allowed: ['agent_data.<key>', 'agent_id', `,
      );
    },
  );

  it.each([
    [{ filter: [] }, 'dict_type', ['body', 'filter']],
    [{ filter: { ...eq, value: 'x'.repeat(257) } }, 'string_too_long', ['body', 'filter']],
    [{ filter: { ...eq, key: `metadata.${'x'.repeat(257)}` } }, 'string_too_long', ['body', 'filter']],
    [{ limit: 0 }, 'greater_than_equal', ['body', 'limit']],
    [{ limit: 1.5 }, 'int_from_float', ['body', 'limit']],
    [{ limit: 1e30 }, 'int_parsing_size', ['body', 'limit']],
    [{ limit: [1] }, 'int_type', ['body', 'limit']],
    [{ limit: '9'.repeat(30) }, 'less_than_equal', ['body', 'limit']],
    [{ page: 0 }, 'greater_than_equal', ['body', 'page']],
    [{ cursor: '', page: 1 }, 'value_error', ['body', 'page']],
    [{ cursor: '', sort_by: 'user_id' }, 'value_error', ['body', 'sort_by']],
    [{ cursor: 1 }, 'string_type', ['body', 'cursor']],
    [{ sort_order: 'up' }, 'enum', ['body', 'sort_order']],
    [{ count: true }, 'enum', ['body', 'count']],
    [undefined, 'missing', ['body']],
    [[], 'model_attributes_type', ['body']],
  ])('responds 422 to %j', async (body, type, loc) => {
    const { status, json } = await search(body);
    expect([status, json]).toMatchObject([422, { detail: [{ type, loc }] }]);
  });

  it.each([
    ['{"limit": Infinity}', 422],
    ['{"page": NaN}', 422],
    ['{"limit": 1e999}', 422],
    ['{"filter": {"op": "EQ", "key": "metadata.a", "value": NaN}}', 400],
    ['{"filter": {"op": "EQ", "key": "created_at", "value": -Infinity}}', 400],
    ['{"filter": {"op": "EQ", "key": "created_at", "value": 1e308}}', 200],
    ['{"filter": {"op": "GT", "key": "metadata.a", "value": 1e-308}}', 200],
  ])('responds to numbers that are not finite or extreme: %s', async (body, status) => {
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${service.baseUrl}/sessions/search`, { method: 'POST', headers, body })).status).toBe(status);
  });

  it('rejects a filter of more than 65,536 characters', async () => {
    const { status, text } = await search({ filter: { ...eq, more: 'x'.repeat(65_536) } });
    expect([status, text]).toEqual([400, expect.stringContaining('at most 65536 characters are accepted')]);
  });

  it('accepts ten levels, and the largest limit', async () => {
    expect((await search({ filter: nested(10), limit: '9223372036854775807', cursor: '' })).status).toBe(200);
    expect((await search({ filter: nested(10), limit: '9223372036854775807' })).status).toBe(200);
  });

  it('rejects a cursor of another filter with 400', async () => {
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { user_id: 'u' } });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { user_id: 'u' } });
    const { json }: { json: List } = await search({ filter: eq, cursor: '', limit: 1 });
    const cursor = json.meta.next_cursor;
    expect((await search({ filter: eq, cursor })).status).toBe(200);
    expect((await search({ cursor })).status).toBe(400);
    expect((await search({ filter: { ...eq, value: 'v' }, cursor })).status).toBe(400);
    expect((await search({ filter: eq, cursor }, '?user_id=u')).status).toBe(400);
    expect((await search({ filter: eq, cursor: 'x' })).status).toBe(400);
  });

  it('leaves a session with the id search alone', async () => {
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'search' } });
    expect((await call(service.baseUrl, '/sessions/search')).status).toBe(200);
    const rename = { method: 'POST', body: { session_name: 'n' } };
    expect((await call(service.baseUrl, '/sessions/search/rename', rename)).json).toMatchObject({ session_name: 'n' });
    expect((await call(service.baseUrl, '/sessions/search', { method: 'DELETE' })).status).toBe(204);
  });

  it('prepares no statement for a filter, since there is no limit to the number of different ones', async () => {
    const database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    const dsn = new URL(database.dsn);
    const proxy = await HoldingProxy.to(Number(dsn.port));
    onTestFinished(() => proxy.close());
    dsn.host = `127.0.0.1:${proxy.port}`;
    const proxied = await startSessionService({ AGNO_PG_DSN: dsn.href });
    onTestFinished(async () => void (await proxied.stop()));
    const sent: string[] = [];
    proxy.hold((request) => {
      sent.push(request.toString('latin1'));
      return false;
    });
    const isNamed = (request: string) => /(page|count):/.test(request);

    await call(proxied.baseUrl, '/sessions?cursor=');
    expect(sent.some(isNamed)).toBe(true);
    sent.length = 0;
    for (const key of ['a', 'b']) {
      const body = { filter: { op: 'EQ', key: `metadata.${key}`, value: key } };
      expect((await call(proxied.baseUrl, '/sessions/search', { method: 'POST', body })).status).toBe(200);
    }
    expect((await call(proxied.baseUrl, '/sessions?metadata.c=d')).status).toBe(200);
    expect(sent.filter((request) => request.includes('@>')).length).toBeGreaterThanOrEqual(3);
    expect(sent.filter(isNamed)).toEqual([]);
  });
});
