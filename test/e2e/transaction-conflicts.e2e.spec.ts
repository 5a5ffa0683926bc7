import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

/** A DSN whose connections have these settings. */
function dsnWith({ dsn }: ScratchDatabase, settings: string): string {
  return `${dsn}?options=${encodeURIComponent(settings)}`;
}

/** Number of failed attempts that the service has repeated, or whose request it has rejected. */
async function conflicts(service: ServerProcess, outcome: 'retried' | 'rejected'): Promise<number> {
  const name = `agno_session_service_transaction_conflicts_total{db_id="default",outcome="${outcome}"}`;
  return (await scrapeMetrics(service)).get(name) ?? 0;
}

const STORED = `SELECT session_id, user_id, session_data::text, metadata::text, updated_at FROM ai.agno_sessions ORDER BY 1`;

describe('a write that waits for a lock until lock_timeout', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({
      AGNO_PG_DSN: dsnWith(database, `-c lock_timeout=${scaled(200)}`),
    });
    for (const session_id of ['a', 'b'])
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id, session_name: 'old' } });
  });
  afterAll(() => service.stop());

  const RUNS = [{ run_id: 'r1', agent_id: 'x' }];
  const BULK = { session_ids: ['b', 'a'], session_types: ['agent', 'agent'] };
  const MERGE = { 'content-type': 'application/merge-patch+json' };
  const WRITES: [write: string, path: string, method: string, body?: object, headers?: Record<string, string>][] = [
    ['create', '/sessions', 'POST', { session_id: 'taken' }],
    ['create with runs', '/sessions', 'POST', { session_id: 'taken', runs: RUNS }],
    ['PATCH', '/sessions/a', 'PATCH', { session_name: 'new' }],
    ['rename', '/sessions/a/rename?type=agent', 'POST', { session_name: 'new' }],
    ['delete', '/sessions/a', 'DELETE'],
    ['merge patch', '/sessions/a', 'PATCH', { metadata: { a: 1 } }, MERGE],
    ['conditional PATCH', '/sessions/a', 'PATCH', { session_name: 'new' }, { 'if-match': '"x"' }],
    ['conditional delete', '/sessions/a', 'DELETE', undefined, { 'if-match': '"x"' }],
    ['bulk delete', '/sessions', 'DELETE', BULK],
  ];

  it.each(WRITES)(
    'is tried three times, then gets 503 with Retry-After and changes nothing: %s',
    async (_, path, method, body, headers = {}) => {
      const blocker = await database.begin();
      await blocker.sql(`SELECT FROM ai.agno_sessions WHERE session_id = 'a' FOR UPDATE`);
      await blocker.sql(
        `INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('taken', 'agent', 1)`,
      );
      const before = await database.sql(STORED);
      const [retried, rejected] = [await conflicts(service, 'retried'), await conflicts(service, 'rejected')];
      const response = await call(service.baseUrl, path, { method, body, headers });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(response.json).toEqual({
        detail: "Database 'default' could not complete the request because of concurrent transactions",
      });
      expect([await conflicts(service, 'retried'), await conflicts(service, 'rejected')]).toEqual([
        retried + 2,
        rejected + 1,
      ]);
      expect(await database.sql(STORED)).toEqual(before);
    },
  );

  it('decides anew on each attempt: a merge keeps what was committed meanwhile', async () => {
    const retried = await conflicts(service, 'retried');
    const blocker = await database.begin();
    await blocker.sql(`UPDATE ai.agno_sessions SET metadata = '{"theirs": 1}' WHERE session_id = 'b'`);
    const merging = call(service.baseUrl, '/sessions/b', {
      method: 'PATCH',
      body: { metadata: { ours: 2 } },
      headers: MERGE,
    });
    await until(async () => (await conflicts(service, 'retried')) > retried);
    await blocker.commit();
    const { status, json } = await merging;
    expect([status, json]).toMatchObject([200, { metadata: { theirs: 1, ours: 2 } }]);
  });

  it('succeeds if the lock is released before the last attempt', async () => {
    const retried = await conflicts(service, 'retried');
    const blocker = await database.begin();
    await blocker.sql(`SELECT FROM ai.agno_sessions WHERE session_id = 'a' FOR UPDATE`);
    const patching = call(service.baseUrl, '/sessions/a', { method: 'PATCH', body: { session_name: 'late' } });
    await until(async () => (await conflicts(service, 'retried')) > retried);
    await blocker.commit();
    const { status, json } = await patching;
    expect([status, json]).toMatchObject([200, { session_name: 'late' }]);
  });

  it('gets 504 when its request timeout expires during the attempts', async () => {
    const hasty = await startSessionService({
      AGNO_PG_DSN: dsnWith(database, `-c lock_timeout=${scaled(200)}`),
      AGNO_REQUEST_TIMEOUT_MS: String(scaled(300)),
    });
    try {
      const blocker = await database.begin();
      await blocker.sql(`SELECT FROM ai.agno_sessions WHERE session_id = 'a' FOR UPDATE`);
      expect((await call(hasty.baseUrl, '/sessions/a', { method: 'DELETE' })).status).toBe(504);
      await until(async () => (await database.lockWaiters()) === 0);
      await blocker.commit();
      expect((await call(service.baseUrl, '/sessions/a')).status).toBe(200);
    } finally {
      await hasty.stop();
    }
  });

  it('is repeated when it has to create the tables', async () => {
    const empty = await createScratchDatabase();
    const first = await startSessionService({ AGNO_PG_DSN: dsnWith(empty, `-c lock_timeout=${scaled(200)}`) });
    try {
      const blocker = await empty.begin();
      await blocker.sql('SELECT pg_advisory_xact_lock(7236110)');
      const create = () => call(first.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
      expect((await create()).status).toBe(503);
      const retried = await conflicts(first, 'retried');
      const creating = create();
      await until(async () => (await conflicts(first, 'retried')) > retried);
      await blocker.commit();
      expect((await creating).status).toBe(201);
    } finally {
      await first.stop();
    }
  });
});

describe('a bulk delete', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: dsnWith(database, `-c deadlock_timeout=${scaled(1000)}`) });
  });
  afterAll(() => service.stop());

  const remove = (ids: readonly string[]): Promise<ApiResponse> =>
    call(service.baseUrl, '/sessions', {
      method: 'DELETE',
      body: { session_ids: ids, session_types: ids.map(() => 'agent') },
    });

  it('is repeated after a deadlock with another client', async () => {
    for (const session_id of ['a', 'b'])
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id } });
    const other = await database.begin();
    // Only the service's connection looks for deadlocks: once, when it has waited for its deadlock_timeout.
    await other.sql(`SET LOCAL deadlock_timeout = '1h'`);
    await other.sql(`UPDATE ai.agno_sessions SET updated_at = 7 WHERE session_id = 'b'`);
    const removing = remove(['a', 'b']);
    await until(async () => (await database.lockWaiters()) === 1);
    await other.sql(`UPDATE ai.agno_sessions SET updated_at = 7 WHERE session_id = 'a'`);
    await other.commit();
    expect((await removing).status).toBe(204);
    expect(await conflicts(service, 'retried')).toBe(1);
    expect(await database.sql('SELECT session_id FROM ai.agno_sessions')).toEqual([]);
  });
});

describe('a PATCH in an isolation level that detects concurrent updates', () => {
  it('is repeated after a serialization failure and keeps both changes', async () => {
    const database = await createScratchDatabase();
    const settings = '-c default_transaction_isolation=serializable';
    const service = await startSessionService({ AGNO_PG_DSN: dsnWith(database, settings) });
    try {
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', session_name: 'old' } });
      const other = await database.begin();
      await other.sql(`UPDATE ai.agno_sessions SET metadata = '{"kept": true}'`);
      const patching = call(service.baseUrl, '/sessions/s', { method: 'PATCH', body: { session_name: 'new' } });
      await until(async () => (await database.lockWaiters()) === 1);
      await other.commit();
      const { status, json } = await patching;
      expect([status, json]).toMatchObject([200, { session_name: 'new', metadata: { kept: true } }]);
      expect(await conflicts(service, 'retried')).toBe(1);
    } finally {
      await service.stop();
    }
  });
});
