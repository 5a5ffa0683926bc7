import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface List {
  data: { session_id: string }[];
  meta: { next_cursor?: string | null; limit: number; page?: number; total_count?: number; total_pages?: number };
}

const LAYOUTS = {
  'v2 with json columns': V2_JSON_TABLES,
  v2: V2_TABLES,
  v3: `${V2_TABLES.replace(' runs jsonb,', '')} ${UPGRADE_TO_V3}`,
};

/** Times with ties, NULLs, negative numbers, and numbers that a double cannot represent. */
const TIMES = ['NULL', '-5', '0', '7', '7', '9007199254740993', '9007199254740994', '9223372036854775807'];

const ORDERS = ['created_at', 'updated_at'].flatMap((sortBy) =>
  ['asc', 'desc'].map((direction) => `sort_by=${sortBy}&sort_order=${direction}`),
);

describe.each(Object.entries(LAYOUTS))('lists with cursors from tables of layout %s', (_layout, tables) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    const rows = TIMES.flatMap((created, row) =>
      TIMES.map(
        (updated, column) => `('s-${row}-${(column * 5) % 8}', 'agent', 'u${row % 2}', ${created}, ${updated})`,
      ),
    );
    await database.sql(`${tables} ALTER TABLE ai.agno_sessions ALTER COLUMN created_at DROP NOT NULL;
      INSERT INTO ai.agno_sessions (session_id, session_type, user_id, created_at, updated_at) VALUES ${rows.join(', ')};`);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  const list = async (query: string): Promise<List> => (await call(service.baseUrl, `/sessions?${query}`)).json;

  async function walk(query: string, limitOf: (page: number) => number): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null | undefined = '';
    for (let page = 0; typeof cursor === 'string'; page++) {
      const { data, meta }: List = await list(`${query}&limit=${limitOf(page)}&cursor=${cursor}`);
      ids.push(...data.map(({ session_id }) => session_id));
      cursor = meta.next_cursor;
    }
    expect(cursor).toBeNull();
    return ids;
  }

  it.each(ORDERS)('show each session once, in the order of the pages with numbers: %s', async (order) => {
    const expected = (await list(`${order}&limit=100`)).data.map(({ session_id }) => session_id);
    expect(expected).toHaveLength(64);
    expect(await walk(order, () => 1)).toEqual(expected);
    expect(await walk(order, (page) => 1 + (page % 7))).toEqual(expected);
    expect(await walk(order, () => 64)).toEqual(expected);
    expect(await walk(`${order}&count=none`, () => 9_223_372_036_854_775_000)).toEqual(expected);
  });
});

describe('a list with cursors', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(`${V2_TABLES} INSERT INTO ai.agno_sessions (session_id, session_type, user_id, metadata, created_at)
      SELECT 's-' || i, 'agent', 'u', '{"kind": "k"}', i FROM generate_series(1, 5) i`);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  const list = (query: string) => call(service.baseUrl, `/sessions?${query}`);
  const metaOf = async (query: string): Promise<List['meta']> => ((await list(query)).json as List).meta;

  it('has next_cursor instead of the page number, and totals unless count=none', async () => {
    const { next_cursor, ...meta } = await metaOf('cursor=&limit=2');
    expect(meta).toEqual({ limit: 2, total_pages: 3, total_count: 5, search_time_ms: 0 });
    expect(await metaOf(`cursor=${next_cursor}&limit=3&count=none`)).toEqual({
      limit: 3,
      search_time_ms: 0,
      next_cursor: null,
    });
    expect(await metaOf('count=none&limit=2')).toEqual({ page: 1, limit: 2, search_time_ms: 0 });
    expect(await metaOf('cursor=&user_id=nobody')).toMatchObject({ total_count: 0, next_cursor: null });
    expect(await metaOf('cursor=&user_id=%00&count=none')).toEqual({ limit: 20, search_time_ms: 0, next_cursor: null });
  });

  it('runs no count statement with count=none', async () => {
    const counts = async () =>
      Number(
        /operation_duration_seconds_count\{db_operation_name="count"[^}]*\} (\d+)/.exec(await metrics())?.[1] ?? 0,
      );
    const metrics = async () => (await call(service.baseUrl, '/metrics')).text;
    await list('cursor=&user_id=counted');
    const before = await counts();
    expect(before).toBeGreaterThan(0);
    await list('cursor=&user_id=other&count=none');
    await list('user_id=another&count=none');
    expect(await counts()).toBe(before);
  });

  it.each(['page=1', 'page=2&limit=1', 'sort_by=session_id', 'sort_by=nope', 'sort_by='])(
    'responds 422 together with %s',
    async (parameter) => {
      const { status, json } = await list(`cursor=&${parameter}`);
      expect(status).toBe(422);
      expect((json as { detail: object[] }).detail).toMatchObject([
        { type: 'value_error', loc: ['query', parameter.split('=')[0]] },
      ]);
    },
  );

  it('responds 422 to an unknown count, after the issues of AgentOS', async () => {
    expect((await list('count=some')).json).toMatchObject({ detail: [{ type: 'enum', loc: ['query', 'count'] }] });
    expect(((await list('count=some&limit=x')).json as { detail: object[] }).detail).toMatchObject([
      { loc: ['query', 'limit'] },
    ]);
  });

  it('responds 400 to a cursor of a list with other filters, order, user, table or database', async () => {
    const { next_cursor: cursor } = await metaOf('cursor=&limit=2&user_id=u&metadata.kind=k&created_after=1');
    const own = `cursor=${cursor}&limit=2&user_id=u&metadata.kind=k&created_after=1`;
    expect((await list(own)).status).toBe(200);
    expect((await list(`${own}&db_id=default`)).status).toBe(200);
    for (const other of [
      own.replace('user_id=u', 'user_id=v'),
      own.replace('user_id=u&', ''),
      own.replace('kind=k', 'kind=l'),
      own.replace('created_after=1', 'created_after=2'),
      `${own}&type=agent`,
      `${own}&component_id=a`,
      `${own}&session_name=a`,
      `${own}&updated_before=1`,
      `${own}&sort_order=asc`,
      `${own}&sort_by=updated_at`,
      `${own}&db_id=default&table=agno_sessions`,
    ]) {
      const { status, text } = await list(other);
      expect([status, text], other).toEqual([400, expect.stringContaining('Invalid cursor')]);
    }
  });

  it('responds 400 to a text that is not a cursor, or whose values do not fit the table', async () => {
    const { next_cursor } = await metaOf('cursor=&limit=2');
    const parts: unknown[] = JSON.parse(Buffer.from(String(next_cursor), 'base64url').toString());
    const forged = (index: number, value: unknown) =>
      Buffer.from(JSON.stringify(parts.with(index, value))).toString('base64url');
    for (const cursor of [
      'x',
      '%00',
      '....',
      `${next_cursor}A`,
      `${next_cursor}==`,
      'A'.repeat(12_000),
      ...['{}', '1', 'null', '[]', '[1]'].map((json) => Buffer.from(json).toString('base64url')),
      forged(0, 2),
      forged(3, null),
      forged(4, 5),
      forged(4, 'abc'),
      forged(4, '1e5'),
      forged(4, ''),
      forged(4, '99999999999999999999'),
      forged(4, '1\0'),
      forged(5, 's\0'),
      forged(5, '\ud800'),
      forged(5, null),
    ]) {
      const { status, text } = await list(`limit=2&cursor=${cursor}`);
      expect([status, text], cursor).toEqual([400, expect.stringContaining('Invalid cursor')]);
    }
    expect((await list(`limit=2&cursor=${forged(5, 'no such session')}`)).status).toBe(200);
  });

  it('is empty while there are no tables', async () => {
    const empty = await createScratchDatabase();
    const other = await startSessionService({ AGNO_PG_DSN: empty.dsn });
    const { json } = await call(other.baseUrl, '/sessions?cursor=&count=none');
    expect(json).toEqual({ data: [], meta: { limit: 20, search_time_ms: 0, next_cursor: null } });
    await other.stop();
  });
});

describe('lists with cursors from tables whose times have another type', () => {
  it.each(['integer', 'numeric', 'double precision', 'text', 'json', 'jsonb', 'timestamp with time zone'])(
    'show each session once: %s',
    async (type) => {
      const database = await createScratchDatabase();
      const value: string =
        {
          json: 'to_json(i % 5)',
          jsonb: 'to_jsonb(i % 5)',
          text: "CASE WHEN i % 5 = 1 THEN 'odd' ELSE (i % 5)::text END",
        }[type] ?? (type.startsWith('timestamp') ? 'to_timestamp(i % 5)' : `(i % 5)::${type}`);
      await database.sql(`${V2_TABLES}
        ALTER TABLE ai.agno_sessions DROP COLUMN created_at, DROP COLUMN updated_at;
        ALTER TABLE ai.agno_sessions ADD COLUMN created_at ${type}, ADD COLUMN updated_at ${type};
        INSERT INTO ai.agno_sessions (session_id, session_type, created_at) SELECT 's-' || i, 'agent', ${value}
        FROM generate_series(1, 12) i`);
      const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
      for (const order of ORDERS) {
        const ids: string[] = [];
        let cursor: string | null | undefined = '';
        while (typeof cursor === 'string') {
          const response = await call(service.baseUrl, `/sessions?limit=5&cursor=${cursor}&${order}`);
          expect([response.status, order], response.text).toEqual([200, order]);
          const { data, meta }: List = response.json;
          ids.push(...data.map(({ session_id }) => session_id));
          cursor = meta.next_cursor;
        }
        expect([order, ids.length, new Set(ids).size]).toEqual([order, 12, 12]);
        const filtered = await call(service.baseUrl, `/sessions?created_after=2&updated_before=3&${order}`);
        expect([filtered.status, order], filtered.text).toEqual([200, order]);
      }
      await service.stop();
    },
  );
});
