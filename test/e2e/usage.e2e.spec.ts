import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { LAYOUT_TABLES } from '../support/layout-databases.js';
import { executionCount } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';
import { scaled } from '../support/time-scale.js';

const SESSIONS = 'ai.agno_sessions';
const NOVEMBER = 'from=2025-11-01&to=2025-11-30';
const NOON = Date.UTC(2025, 10, 10, 12) / 1000;

const ROWS = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at) VALUES
    ('s1', 'agent', 'a', 'ann', '{"session_metrics": {"total_tokens": 5}}', ${NOON}),
    ('s2', 'agent', 'a', 'ann', '{"session_metrics": {"total_tokens": 6}}', ${NOON + 86_400}),
    ('s3', 'agent', 'b', 'bob', '{"session_metrics": {"total_tokens": 700}}', ${NOON}),
    ('s4', 'agent', 'b', NULL, NULL, ${NOON})`;
const RUNS = `INSERT INTO ai.agno_runs (run_id, session_id, run_type, status, run_data, created_at) VALUES
    ('r1', 's1', 'agent', 'ERROR', '{}', ${NOON}), ('r2', 's3', 'agent', 'COMPLETED', '{}', ${NOON}), ('r3', 's4', 'agent', 'CANCELLED', '{}', ${NOON})`;

async function filled(...statements: readonly string[]): Promise<ScratchDatabase> {
  const database = await createScratchDatabase();
  for (const sql of statements) await database.sql(sql);
  return database;
}

describe('GET /usage/sessions', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  const dsns: Record<string, string> = {};

  beforeAll(async () => {
    database = await filled(LAYOUT_TABLES.v3, ROWS, RUNS);
    dsns['default'] = database.dsn;
    dsns['empty'] = (await createScratchDatabase()).dsn;
    dsns['latin1'] = (await createScratchDatabase('LATIN1')).dsn;
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  });
  afterAll(() => service.stop());

  const get = (query: string) => call(service.baseUrl, `/usage/sessions?${query}`);

  it('shows every day of the period, in order, with the numbers of sessions, runs and tokens', async () => {
    const { status, headers, json } = await get('from=2025-11-09&to=2025-11-12');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    const nothing = { sessions: 0, runs: 0, failed_runs: 0, cancelled_runs: 0, total_tokens: 0 };
    expect(json).toEqual({
      data: [
        { day: '2025-11-09', ...nothing },
        { day: '2025-11-10', sessions: 3, runs: 3, failed_runs: 1, cancelled_runs: 1, total_tokens: 705 },
        { day: '2025-11-11', ...nothing, sessions: 1, total_tokens: 6 },
        { day: '2025-11-12', ...nothing },
      ],
      meta: {
        ...{ group_by: 'day', from: '2025-11-09', to: '2025-11-12', time_zone: 'UTC', sessions: 4 },
        ...{ has_runs: true, has_tokens: true, missing: {} },
      },
    });
  });

  it('ends today and begins 29 days earlier by default', async () => {
    const before = new Date().toISOString().slice(0, 10);
    const { data, meta } = (await get('')).json as { data: { day: string }[]; meta: { from: string; to: string } };
    expect([before, new Date().toISOString().slice(0, 10)]).toContain(meta.to);
    expect(data).toHaveLength(30);
    expect([data.at(0)?.day, data.at(-1)?.day]).toEqual([meta.from, meta.to]);
  });

  it.each([
    ['group_by=week', 'enum query.group_by'],
    ['from=2025-02-29', 'date_parsing query.from'],
    ['to=1969-12-31', 'date_parsing query.to'],
    ['from=1700000000&to=', 'date_parsing query.to', 'date_parsing query.from'],
    ['from=2025-11-02&to=2025-11-01', 'value_error query.from'],
    ['from=2025-01-01&to=2025-04-01', 'value_error query.from'],
    ['time_zone=Europe/Atlantis', 'value_error query.time_zone'],
    ['time_zone=%2B01:00', 'value_error query.time_zone'],
    ['time_zone=', 'value_error query.time_zone'],
    ['type=robot', 'enum query.type'],
  ])('rejects %s with 422', async (query, ...issues) => {
    const { status, json } = await get(query);
    expect(status).toBe(422);
    const { detail } = json as { detail: { type: string; loc: string[] }[] };
    expect(detail.map(({ type, loc }) => `${type} ${loc.join('.')}`)).toEqual(issues);
  });

  it('accepts 90 days, any spelling of a time zone, and days with 23 and 25 hours', async () => {
    expect((await get('from=2025-01-01&to=2025-03-31')).json).toMatchObject({ data: { length: 90 } });
    expect((await get('time_zone=europe/berlin')).json).toMatchObject({ meta: { time_zone: 'europe/berlin' } });
    const hours = await filled(
      LAYOUT_TABLES.v3,
      `INSERT INTO ai.agno_sessions (session_id, session_type, created_at) SELECT 's' || t, 'agent', t
        FROM generate_series(${Date.UTC(2025, 0, 1) / 1000}, ${Date.UTC(2025, 11, 31) / 1000}, 3600) t`,
    );
    const other = await startSessionService({ AGNO_PG_DSN: hours.dsn });
    const sessionsOn = async (day: string) => {
      const path = `/usage/sessions?from=${day}&to=${day}&time_zone=Europe/Berlin`;
      return ((await call(other.baseUrl, path)).json as { data: { sessions: number }[] }).data[0]?.sessions;
    };
    expect([await sessionsOn('2025-03-30'), await sessionsOn('2025-03-31'), await sessionsOn('2025-10-26')]).toEqual([
      23, 24, 25,
    ]);
    await other.stop();
  });

  it('responds 404 and 405 like other paths, and 404 for an unknown database', async () => {
    const post = await call(service.baseUrl, '/usage/sessions', { method: 'POST', body: {} });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
    for (const path of ['/usage', '/usage/x', '/usage/sessions/x'])
      expect((await call(service.baseUrl, path)).status).toBe(404);
    expect((await call(service.baseUrl, '/usage/sessions/')).status).toBe(200);
    expect((await get('db_id=nowhere')).status).toBe(404);
    expect((await get('db_id=default&table=nowhere')).status).toBe(404);
    expect((await get('db_id=default&table=agno_sessions')).status).toBe(200);
  });

  it('counts nothing in a database without tables, and for a user id that the database cannot store', async () => {
    await call(service.baseUrl, '/sessions?db_id=latin1', { method: 'POST', body: { session_id: 's' } });
    for (const query of ['db_id=empty', 'user_id=%00', 'db_id=latin1&user_id=%F0%9F%98%80']) {
      expect((await get(query)).json).toMatchObject({ meta: { sessions: 0, has_runs: true, missing: {} } });
      expect((await get(`group_by=user&${query}`)).json).toMatchObject({ data: [] });
    }
  });

  it('says why tokens are null when the period has more than 50,000 sessions', async () => {
    const many = await filled(
      LAYOUT_TABLES.v3,
      `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, session_data, created_at)
        SELECT 's' || i, 'agent', 'u' || i % 60, '{"session_metrics": {"total_tokens": 2}}', ${NOON} + i FROM generate_series(1, 50001) i`,
    );
    const other = await startSessionService({ AGNO_PG_DSN: many.dsn });
    const ask = async (query: string) =>
      (await call(other.baseUrl, `/usage/sessions?${NOVEMBER}&${query}`)).json as { data: object[] };
    expect(await ask('group_by=component')).toMatchObject({
      data: [{ component_type: 'agent', component_id: null, other: false, sessions: 50_001, total_tokens: null }],
      meta: { has_tokens: false, missing: { total_tokens: expect.stringContaining('at most 50000 sessions') } },
    });
    await many.sql("DELETE FROM ai.agno_sessions WHERE session_id = 's1'");
    expect(await ask('group_by=component')).toMatchObject({ data: [{ total_tokens: 100_000 }], meta: { missing: {} } });
    const { data } = await ask('group_by=user');
    expect(data).toHaveLength(51);
    expect(data.at(-1)).toMatchObject({ user_id: null, other: true, sessions: 8_330 });
    await other.stop();
  });
});

it('counts runs from the moment at which AgentOS upgrades the tables, and says that older runs are missing', async () => {
  const database = await filled(V2_TABLES, ROWS);
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  const ask = async () => (await call(service.baseUrl, `/usage/sessions?${NOVEMBER}&group_by=user&user_id=ann`)).json;
  expect(await ask()).toMatchObject({
    data: [{ user_id: 'ann', sessions: 2, runs: null, failed_runs: null, cancelled_runs: null, total_tokens: 11 }],
    meta: { has_runs: false, missing: { runs: expect.stringContaining('agno 2.x') } },
  });
  await database.sql(UPGRADE_TO_V3);
  await database.sql(RUNS);
  expect(await ask()).toMatchObject({
    data: [{ user_id: 'ann', sessions: 2, runs: 1, failed_runs: 1, cancelled_runs: 0 }],
    meta: { has_runs: true, missing: { runs: expect.stringContaining('upgraded') } },
  });
  await service.stop();
});

describe('the usage that a caller sees', () => {
  let service: ServerProcess;
  beforeAll(async () => {
    const database = await filled(LAYOUT_TABLES.v3, ROWS, RUNS);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn, ...ISOLATING_SETTINGS });
  });
  afterAll(() => service.stop());

  const ask = (claims: object | undefined, query: string) => {
    const headers = claims && { authorization: `Bearer ${hs256Token(claims)}` };
    return call(service.baseUrl, `/usage/sessions?${NOVEMBER}&${query}`, headers ? { headers } : {});
  };

  it.each(['group_by=day', 'group_by=component', 'group_by=user', 'group_by=user&user_id=bob'])(
    'is that of their own sessions: %s',
    async (query) => {
      const { json } = await ask({ sub: 'ann', scopes: ['sessions:read'] }, query);
      const { data, meta } = json as { data: Record<string, number>[]; meta: object };
      expect(meta).toMatchObject({ sessions: 2 });
      const sum = (name: string) => data.reduce((total, row) => total + (row[name] ?? 0), 0);
      expect([sum('sessions'), sum('runs'), sum('failed_runs'), sum('total_tokens')]).toEqual([2, 1, 1, 11]);
      expect(JSON.stringify(json)).not.toContain('bob');
    },
  );

  it('is that of all users for an administrator', async () => {
    const admin = { sub: 'root', scopes: ['agent_os:admin'] };
    expect((await ask(admin, '')).json).toMatchObject({ meta: { sessions: 4 } });
    expect((await ask(admin, 'user_id=bob')).json).toMatchObject({ meta: { sessions: 1 } });
  });

  it('needs a token with the scope sessions:read, also below /usage', async () => {
    expect((await ask(undefined, '')).status).toBe(401);
    expect((await ask({ sub: 'ann', scopes: ['sessions:write'] }, '')).status).toBe(403);
    const headers = { authorization: `Bearer ${hs256Token({ sub: 'ann', scopes: [] })}` };
    for (const path of ['/usage', '/usage/x', '/%75sage/sessions']) {
      expect((await call(service.baseUrl, path)).status).toBe(401);
      expect((await call(service.baseUrl, path, { headers })).status).toBe(403);
    }
  });
});

describe('requests for usage', () => {
  const start = async (env: Record<string, string>) => {
    const database = await filled(LAYOUT_TABLES.v3, ROWS, RUNS);
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn, ...env });
    const ask = (query: string) => call(service.baseUrl, `/usage/sessions?${query}`);
    expect((await ask(NOVEMBER)).status).toBe(200);
    return { database, service, ask };
  };

  it('run one at a time, and get 503 with Retry-After when they have waited for the queue timeout', async () => {
    const { database, service, ask } = await start({ AGNO_QUEUE_TIMEOUT_MS: String(scaled(500)) });
    const lock = await database.lock(SESSIONS);
    const running = ask(NOVEMBER);
    await until(async () => (await database.waitersFor(SESSIONS)) === 1);
    const refused = await ask(`${NOVEMBER}&group_by=user`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await database.waitersFor(SESSIONS)).toBe(1);
    await lock.release();
    expect((await running).status).toBe(200);
    expect((await ask(`${NOVEMBER}&group_by=user`)).status).toBe(200);
    await service.stop();
  });

  it('share one statement if they are equal and wait for the same one', async () => {
    const { database, service, ask } = await start({});
    const before = (await executionCount(service, 'usage')) ?? 0;
    const lock = await database.lock(SESSIONS);
    const responses = Array.from({ length: 10 }, () => ask(NOVEMBER));
    await until(async () => (await database.waitersFor(SESSIONS)) === 1);
    await lock.release();
    for (const response of responses) expect((await response).json).toMatchObject({ meta: { sessions: 4 } });
    expect(((await executionCount(service, 'usage')) ?? 0) - before).toBeLessThan(10);
    await service.stop();
  });

  it('get 504 at the request timeout, and their statement is cancelled', async () => {
    const { database, service, ask } = await start({ AGNO_REQUEST_TIMEOUT_MS: String(scaled(1_000)) });
    const lock = await database.lock(SESSIONS);
    expect((await ask(NOVEMBER)).status).toBe(504);
    await until(async () => (await database.waitersFor(SESSIONS)) === 0);
    await lock.release();
    expect((await ask(NOVEMBER)).status).toBe(200);
    await service.stop();
  });
});
