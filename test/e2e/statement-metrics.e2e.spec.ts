import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { startClosingProxy } from '../support/closing-proxy.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const SESSIONS = 'ai.agno_sessions';

describe('the metrics of statements', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await start(database.dsn);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  });
  afterAll(() => service.stop());

  const start = (dsn: string) =>
    startSessionService({ AGNO_PG_DSN: dsn, AGNO_STATEMENT_TIMEOUT_MS: String(scaled(2_000)) });

  /**
   * Number of executions of the statement `read` that failed with `errorType`, or that succeeded if it is undefined.
   */
  async function reads(errorType?: string, from = service): Promise<number> {
    const error = errorType === undefined ? '' : `,error_type="${errorType}"`;
    const labels = `db_operation_name="read",db_id="default"${error}`;
    return (await scrapeMetrics(from)).get(`db_client_operation_duration_seconds_count{${labels}}`) ?? 0;
  }

  /** Starts to read the session while its table is locked, and resolves when the statement waits. */
  async function startRead(from = service, signal?: AbortSignal) {
    const lock = await database.lock(SESSIONS);
    const response = fetch(`${from.baseUrl}/sessions/s`, signal === undefined ? {} : { signal });
    response.catch(() => undefined);
    await until(async () => (await database.waitersFor(SESSIONS)) === 1);
    return { lock, response };
  }

  it('count under SQLSTATE 57014 a statement that fails at its timeout, and do not count it as successful', async () => {
    const [succeeded, failed] = [await reads(), await reads('57014')];
    const { lock, response } = await startRead();
    expect((await response).status).toBe(504);
    await lock.release();
    expect([await reads(), await reads('57014')]).toEqual([succeeded, failed + 1]);
    await call(service.baseUrl, '/sessions/s');
    expect([await reads(), await reads('57014')]).toEqual([succeeded + 1, failed + 1]);
  });

  it('count under SQLSTATE 57014 a statement that is cancelled because its client has disconnected', async () => {
    const failed = await reads('57014');
    const client = new AbortController();
    const { lock } = await startRead(service, client.signal);
    client.abort();
    await until(async () => (await reads('57014')) === failed + 1);
    await lock.release();
  });

  it('count under SQLSTATE 57P01 a statement whose server process is terminated', async () => {
    const { lock, response } = await startRead();
    await database.admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = '${database.name}' AND wait_event_type = 'Lock'`);
    await response;
    await lock.release();
    expect(await reads('57P01')).toBe(1);
  });

  it('count under its SQLSTATE, such as 42703, a statement that PostgreSQL rejects', async () => {
    await database.sql(`ALTER TABLE ${SESSIONS} RENAME COLUMN summary TO renamed`);
    await call(service.baseUrl, '/sessions/s');
    await database.sql(`ALTER TABLE ${SESSIONS} RENAME COLUMN renamed TO summary`);
    expect(await reads('42703')).toBeGreaterThan(0);
  });

  it('count as connection_lost a statement whose connection is lost before the response', async () => {
    const { port } = new URL(database.dsn);
    const proxy = await startClosingProxy(Number(port));
    onTestFinished(() => proxy.close());
    const distant = await start(database.dsn.replace(`:${port}/`, `:${proxy.port}/`));
    onTestFinished(async () => {
      await distant.stop();
    });
    const { lock, response } = await startRead(distant);
    proxy.close();
    expect((await response).status).toBe(503);
    await lock.release();
    expect(await reads('connection_lost', distant)).toBeGreaterThan(0);
  });
});
