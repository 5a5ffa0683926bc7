import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import {
  createLayoutDatabases,
  LAYOUT_NAMES,
  type LayoutDatabases,
  type LayoutName,
} from '../support/layout-databases.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface Page {
  data: { run_id: string; parent_run_id?: string; status?: string }[];
  meta: {
    page?: number;
    limit: number;
    total_pages?: number | null;
    total_count?: number | null;
    next_cursor?: string | null;
  };
}

const INDEXES = ['NULL', '-1', '0', '0', '7', '9007199254740993', '9007199254740994'];
const TIMES = ['NULL', '5', '5', '9007199254740993'];

/** Runs of every status, with and without a parent; every seventh is not shown in the list of a team session. */
function run(index: number, prefix: string): object {
  return {
    run_id: `${prefix}-${(index * 11) % 28}`,
    ...(index % 3 > 0 && { parent_run_id: index % 3 === 1 ? 'parent' : 'it\'s "other"' }),
    ...(index % 7 > 0 && { agent_id: 'a' }),
    status: ['COMPLETED', 'ERROR', 'RUNNING'][index % 3],
    created_at: 100 + index,
    input: { input_content: `question ${index} ü` },
    content: `answer ${index}`,
    messages: [{ role: 'user', content: `question ${index}` }],
  };
}

const RUNS = 28;
const runs = (prefix: string) => Array.from({ length: RUNS }, (_, index) => run(index, prefix));

/** Not runs, or runs without an id, which are not listed; and another run with an id that is taken. */
function entries(prefix: string): unknown[] {
  return [5, null, ...runs(prefix).slice(0, 13), { content: 'no id' }, ...runs(prefix).slice(13), run(2, prefix), 'x'];
}

/** Table rows with every index and time, of which all pairs occur, so that there are ties. */
function tableRows(session: string, prefix: string): string {
  const rows = runs(prefix).map((data, index) => {
    const { run_id, parent_run_id } = data as { run_id: string; parent_run_id?: string };
    const parent = parent_run_id === undefined ? 'NULL' : pg.escapeLiteral(parent_run_id);
    const [runIndex, time] = [INDEXES[index % INDEXES.length], TIMES[Math.floor(index / INDEXES.length)]];
    return `('${run_id}', '${session}', 'agent', ${parent}, ${runIndex}, ${pg.escapeLiteral(JSON.stringify(data))}, ${time})`;
  });
  return `INSERT INTO ai.agno_runs (run_id, session_id, run_type, parent_run_id, run_index, run_data, created_at)
    VALUES ${rows.join(', ')};`;
}

const SESSIONS = { chat: 'agent', squad: 'team', flow: 'workflow' };

async function fill(layout: LayoutName, { sql }: LayoutDatabases[LayoutName]): Promise<void> {
  const hasColumn = layout !== 'v3';
  const hasTable = layout === 'v3' || layout === 'mixed';
  if (hasTable) await sql('ALTER TABLE ai.agno_runs ALTER COLUMN created_at DROP NOT NULL');
  for (const [id, type] of Object.entries(SESSIONS)) {
    await sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, created_at) VALUES ('${id}', '${type}', 'u', 1)`,
    );
    if (hasColumn) {
      const json = pg.escapeLiteral(JSON.stringify(entries(`${id}-old`)));
      await sql(`UPDATE ai.agno_sessions SET runs = ${json} WHERE session_id = '${id}'`);
    }
    if (hasTable) await sql(tableRows(id, `${id}-new`));
    // A copy of an entry is shown in its place.
    if (hasColumn && hasTable)
      await sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at)
        VALUES ('${id}-old-11', '${id}', 'agent', '{"run_id": "${id}-old-11", "agent_id": "a", "content": "copy"}', 1)`);
  }
}

const FILTERS = [
  '',
  '&top_level=true',
  '&parent_run_id=parent',
  `&parent_run_id=${encodeURIComponent('it\'s "other"')}`,
];
const JUDGED = ['&status=error', '&created_after=104&created_before=120', '&status=completed&top_level=true'];

describe.each(LAYOUT_NAMES)('pages of runs in a database of layout %s', (layout) => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    await fill(layout, databases[layout]);
    service = await startSessionService({ AGNO_PG_DSN: databases[layout].dsn });
  });
  afterAll(() => service.stop());

  const get = async (path: string): Promise<string> => {
    const { status, text } = await call(service.baseUrl, `/sessions/${path}`);
    expect([path, status], text).toEqual([path, 200]);
    return text;
  };

  /** The text of the member `data` without its brackets, and `meta`. */
  async function page(path: string): Promise<[items: string, meta: Page['meta']]> {
    const text = await get(path);
    const end = text.lastIndexOf('],"meta":');
    expect(text.startsWith('{"data":['), text).toBe(true);
    return [text.slice('{"data":['.length, end), JSON.parse(text.slice(end + '],"meta":'.length, -1))];
  }

  const joined = (pages: readonly string[]) => `[${pages.filter((items) => items !== '').join(',')}]`;

  async function walk(path: string, limitOf: (page: number) => number): Promise<string[]> {
    const pages: string[] = [];
    let cursor: string | null | undefined = '';
    while (typeof cursor === 'string') {
      const [items, meta]: [string, Page['meta']] = await page(
        `${path}&limit=${limitOf(pages.length)}&cursor=${cursor}`,
      );
      pages.push(items);
      cursor = meta.next_cursor;
    }
    expect(cursor).toBeNull();
    return pages;
  }

  describe.each(['runs', 'run-previews'])('of %s', (route) => {
    it.each(Object.keys(SESSIONS))('joined are the bytes of the bare list, in both orders: %s', async (session) => {
      const bare = await get(`${session}/${route}`);
      expect(JSON.parse(bare).length).toBeGreaterThan(20);
      for (const limitOf of [() => 1, (index: number) => 1 + (index % 5), () => 1000]) {
        expect(joined(await walk(`${session}/${route}?`, limitOf))).toBe(bare);
        expect(joined(await walk(`${session}/${route}?order=asc`, limitOf))).toBe(bare);
      }
      expect(joined((await walk(`${session}/${route}?order=desc`, () => 1)).toReversed())).toBe(bare);
      const newestFirst = await get(`${session}/${route}?order=desc`);
      expect(joined(await walk(`${session}/${route}?order=desc`, (index) => 1 + (index % 4)))).toBe(newestFirst);
      expect(JSON.parse(newestFirst)).toEqual(JSON.parse(bare).reverse());
    });

    it.each(['', '&order=desc'])('by number are the bytes of the list (%s)', async (order) => {
      const whole = await get(`chat/${route}?${order}`);
      const count = (JSON.parse(whole) as unknown[]).length;
      const pages: string[] = [];
      for (let number = 1; number <= Math.ceil(count / 9) + 1; number++) {
        const [items, meta] = await page(`chat/${route}?limit=9&page=${number}${order}`);
        expect(meta).toEqual({ page: number, limit: 9, total_pages: Math.ceil(count / 9), total_count: count });
        pages.push(items);
      }
      expect(pages.at(-1)).toBe('');
      expect(joined(pages)).toBe(whole);
      const [, meta] = await page(`chat/${route}?page=9223372036854775807&limit=1`);
      expect(meta.total_count).toBe(count);
    });
  });

  it.each([...FILTERS, ...JUDGED])('have the runs that the filter selects: %s', async (filter) => {
    const isJudged = JUDGED.includes(filter);
    for (const order of ['', '&order=desc'])
      for (const session of Object.keys(SESSIONS)) {
        const whole = await get(`${session}/runs?${filter}${order}`);
        const count = (JSON.parse(whole) as unknown[]).length;
        expect(count).toBeGreaterThan(3);
        expect(joined(await walk(`${session}/runs?${filter}${order}`, () => 3))).toBe(whole);
        const pages: string[] = [];
        for (let number = 1; number <= Math.ceil(count / 5); number++) {
          const [items, meta] = await page(`${session}/runs?limit=5&page=${number}${filter}${order}`);
          const isCounted = !isJudged && session !== 'squad';
          expect(meta.total_count).toBe(isCounted ? count : null);
          expect(meta.total_pages).toBe(isCounted ? Math.ceil(count / 5) : null);
          pages.push(items);
        }
        expect(joined(pages)).toBe(whole);
      }
  });

  it('are filtered by the parent of each run', async () => {
    const all = JSON.parse(await get('chat/runs')) as Page['data'];
    const top = JSON.parse(await get('chat/runs?top_level=true')) as Page['data'];
    expect(top).toEqual(all.filter(({ parent_run_id }) => !parent_run_id));
    const members = JSON.parse(await get('chat/runs?parent_run_id=parent')) as Page['data'];
    expect(members).toEqual(all.filter(({ parent_run_id }) => parent_run_id === 'parent'));
    for (const parent of ['', '%00', '%C3%BC', 'none'])
      expect(await get(`chat/runs?parent_run_id=${parent}`)).toBe('[]');
    expect(await get('chat/runs?top_level=false&limit=1')).toBe(await get('chat/runs'));
  });

  it('are continued by a cursor only for the same session, filters, order, user and database', async () => {
    const own =
      'chat/runs?limit=2&user_id=u&status=error&created_after=1&created_before=1000&top_level=false&type=agent';
    const cursor = (await page(`${own}&cursor=`))[1].next_cursor;
    await get(`${own}&cursor=${cursor}`);
    await get(`${own.replace('status=error', 'status=ERROR')}&db_id=default&cursor=${cursor}`);
    for (const other of [
      own.replace('chat', 'squad'),
      own.replace('user_id=u&', ''),
      own.replace('status=error', 'status=completed'),
      own.replace('created_after=1', 'created_after=2'),
      own.replace('created_before=1000', 'created_before=1001'),
      own.replace('top_level=false', 'top_level=true'),
      own.replace('type=agent', 'type=team'),
      `${own}&parent_run_id=p`,
      `${own}&order=desc`,
      `${own}&db_id=default&table=agno_sessions`,
    ]) {
      const { status, text } = await call(service.baseUrl, `/sessions/${other}&cursor=${cursor}`);
      expect([status, text], other).toEqual([400, expect.stringContaining('Invalid cursor')]);
    }
  });

  it('respond 400 to a text that is not a cursor, or whose values do not fit', async () => {
    for (const order of ['asc', 'desc']) {
      const path = `chat/runs?limit=2&order=${order}`;
      const { next_cursor } = (await page(`${path}&cursor=`))[1];
      const parts: unknown[] = JSON.parse(Buffer.from(String(next_cursor), 'base64url').toString());
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const forged = (index: number, value: unknown) => encoded(parts.with(index, value));
      for (const cursor of [
        ...['x', '%00', '....', `${next_cursor}A`, `${next_cursor}==`, 'A'.repeat(12_000)],
        ...[{}, 1, null, [], [1]].map(encoded),
        ...[0, 1, 2, 3, 4, 5, 6].flatMap((index) => [forged(index, null), forged(index, 7), forged(index, {})]),
        ...[5, 6].flatMap((index) =>
          ['abc', '1e5', '', '99999999999999999999', '1\0'].map((value) => forged(index, value)),
        ),
        encoded(parts.slice(0, -1)),
        encoded([...parts, '1']),
        ...['table', 'column', 'mixed'].filter((name) => name !== parts[3]).map((name) => forged(3, name)),
        ...['key', 'entries'].filter((name) => name !== parts[4]).map((name) => forged(4, name)),
      ]) {
        // In a key, the index and the time may be NULL.
        if (parts[4] === 'key' && [5, 6].some((index) => cursor === forged(index, null))) continue;
        const { status, text } = await call(service.baseUrl, `/sessions/${path}&cursor=${cursor}`);
        expect([status, text], cursor).toEqual([400, expect.stringContaining('Invalid cursor')]);
      }
    }
  });
});

describe('a request for a page of runs', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    await fill('v3', databases.v3);
    service = await startSessionService({ AGNO_PG_DSN: databases.v3.dsn });
  });
  afterAll(() => service.stop());

  const get = (path: string) => call(service.baseUrl, `/sessions/${path}`);

  it.each([
    ['page=1&cursor=', 'page', 'value_error'],
    ['page=0', 'page', 'greater_than_equal'],
    ['page=-1&limit=5', 'page', 'greater_than_equal'],
    ['page=', 'page', 'int_parsing'],
    ['page=x', 'page', 'int_parsing'],
    ['page=9223372036854775807&limit=3', 'page', 'less_than_equal'],
    ['page=1&limit=0', 'limit', 'greater_than_equal'],
    ['cursor=&limit=9223372036854775808', 'limit', 'less_than_equal'],
    ['cursor=&limit=', 'limit', 'int_parsing'],
    ['order=', 'order', 'enum'],
    ['order=DESC', 'order', 'enum'],
    ['top_level=maybe', 'top_level', 'bool_parsing'],
    ['top_level=true&parent_run_id=', 'parent_run_id', 'value_error'],
  ])('gets 422 for %s', async (query, name, type) => {
    for (const route of ['runs', 'run-previews']) {
      const { status, json } = await get(`chat/${route}?${query}`);
      expect([status, json]).toEqual([422, { detail: [expect.objectContaining({ type, loc: ['query', name] })] }]);
    }
  });

  it('gets the issues of AgentOS first, and the 404 of an unknown database or session', async () => {
    const { json } = await get('chat/runs?page=0&order=x&type=y');
    expect((json as { detail: object[] }).detail).toMatchObject([{ loc: ['query', 'type'] }]);
    expect((await get('chat/runs?page=0&db_id=none')).status).toBe(404);
    for (const query of ['page=1', 'cursor=', 'page=2&status=error', 'order=desc', 'top_level=true', 'parent_run_id=p'])
      expect(await get(`none/runs?${query}`)).toMatchObject({
        status: 404,
        json: { detail: 'Session with ID none not found' },
      });
    expect((await get('chat/runs?cursor=&user_id=someone')).status).toBe(404);
    expect((await get('chat/runs?cursor=&status=none')).status).toBe(400);
  });

  it('gets the bare list without page and cursor, whatever the limit', async () => {
    const bare = (await get('chat/runs')).text;
    for (const query of ['limit=1', 'limit=x', 'limit=0', 'order=asc', 'top_level=false'])
      expect((await get(`chat/runs?${query}`)).text).toBe(bare);
  });

  it('has 20 runs by default', async () => {
    const { data, meta } = (await get('chat/runs?cursor=')).json as Page;
    expect([data.length, meta.limit]).toEqual([20, 20]);
  });

  it('skips and repeats nothing around a row that is not a run', async () => {
    const { dsn, sql } = await createScratchDatabase();
    await sql(`${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${UPGRADE_TO_V3}`);
    await sql(`INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('odd', 'agent', 1);
      INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'r' || i, 'odd', 'agent', i, CASE i % 3 WHEN 1 THEN '"text"' ELSE jsonb_build_object('run_id', 'r' || i) END, i
      FROM generate_series(1, 9) i`);
    const other = await startSessionService({ AGNO_PG_DSN: dsn });
    const idsOf = async (query: string) => {
      const { json } = await call(other.baseUrl, `/sessions/odd/runs?limit=2&${query}`);
      return (json as Page).data.map(({ run_id }) => run_id);
    };
    const numbered = await Promise.all([1, 2, 3, 4, 5].map((page) => idsOf(`page=${page}`)));
    expect(numbered.flat()).toEqual(['r2', 'r3', 'r5', 'r6', 'r8', 'r9']);
    const first = (await call(other.baseUrl, '/sessions/odd/runs?limit=2&cursor=')).json as Page;
    expect(first.data.map(({ run_id }) => run_id)).toEqual(['r2', 'r3']);
    expect(await idsOf(`cursor=${first.meta.next_cursor}`)).toEqual(['r5', 'r6']);
    await other.stop();
  });

  it('gets 400 for a cursor from before an upgrade', async () => {
    await fill('v2', databases.v2);
    const upgraded = await startSessionService({ AGNO_PG_DSN: databases.v2.dsn });
    const path = '/sessions/chat/runs?limit=3&order=desc&cursor=';
    const { next_cursor } = ((await call(upgraded.baseUrl, path)).json as Page).meta;
    expect((await call(upgraded.baseUrl, `${path}${next_cursor}`)).status).toBe(200);
    await databases.v2.sql(
      'CREATE TABLE ai.agno_runs (run_id varchar PRIMARY KEY, session_id varchar NOT NULL, run_type varchar, parent_run_id varchar, run_index bigint, run_data jsonb NOT NULL, created_at bigint)',
    );
    const { status, text } = await call(upgraded.baseUrl, `${path}${next_cursor}`);
    expect([status, text]).toEqual([400, expect.stringContaining('Invalid cursor')]);
    await upgraded.stop();
  });

  it('gets 400 for a cursor of another database', async () => {
    const both = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
    const path = (db: string, cursor = '') => `/sessions/chat/runs?limit=2&db_id=${db}&cursor=${cursor}`;
    const cursor = ((await call(both.baseUrl, path('v3'))).json as Page).meta.next_cursor ?? '';
    expect((await call(both.baseUrl, path('v3', cursor))).status).toBe(200);
    expect((await call(both.baseUrl, path('mixed', cursor))).status).toBe(400);
    await both.stop();
  });

  it('gets pages of large runs, and holds no connection when its client leaves', async () => {
    const { dsn, sql } = await createScratchDatabase();
    await sql(`${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${UPGRADE_TO_V3}`);
    await sql(`INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('large', 'agent', 1);
      INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'r' || i, 'large', 'agent', i, jsonb_build_object('run_id', 'r' || i, 'content', repeat('x', 200000), 'status',
        CASE WHEN i % 40 = 2 THEN 'ERROR' ELSE 'COMPLETED' END), i FROM generate_series(1, 80) i`);
    const large = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_POOL_SIZE: '2' });
    const idsOf = async (query: string) => {
      const { json } = await call(large.baseUrl, `/sessions/large/runs?${query}`);
      return (json as Page).data.map(({ run_id }) => run_id);
    };
    const newest = Array.from({ length: 50 }, (_, index) => `r${80 - index}`);
    expect(await idsOf('order=desc&limit=50&cursor=')).toEqual(newest);
    expect(await idsOf('limit=2&page=40')).toEqual(['r79', 'r80']);
    for (let attempt = 0; attempt < 6; attempt++) {
      const leaving = new AbortController();
      const query = attempt % 2 === 0 ? 'limit=80&cursor=' : 'status=error&page=1';
      const response = await fetch(`${large.baseUrl}/sessions/large/runs?${query}`, { signal: leaving.signal });
      expect(response.status).toBe(200);
      leaving.abort();
    }
    expect(await idsOf('status=error&order=desc&limit=1&cursor=')).toEqual(['r42']);
    expect(await idsOf('status=error&limit=5&page=1')).toEqual(['r2', 'r42']);
    await large.stop();
  });

  it('is empty while there are no runs, and no table for them', async () => {
    const { dsn, sql } = await createScratchDatabase();
    await sql(`CREATE SCHEMA ai; CREATE TABLE ai.agno_sessions (session_id varchar PRIMARY KEY, session_type varchar NOT NULL,
      agent_id varchar, team_id varchar, workflow_id varchar, user_id varchar, session_data jsonb, agent_data jsonb,
      team_data jsonb, workflow_data jsonb, metadata jsonb, summary jsonb, created_at bigint NOT NULL, updated_at bigint);
      INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('empty', 'agent', 1)`);
    const other = await startSessionService({ AGNO_PG_DSN: dsn });
    const first = await call(other.baseUrl, '/sessions/empty/runs?cursor=&top_level=true&order=desc');
    expect(first.json).toEqual({ data: [], meta: { limit: 20, next_cursor: null } });
    const numbered = await call(other.baseUrl, '/sessions/empty/runs?page=2&parent_run_id=p');
    expect(numbered.json).toEqual({ data: [], meta: { page: 2, limit: 20, total_pages: 0, total_count: 0 } });
    await other.stop();
  });
});
