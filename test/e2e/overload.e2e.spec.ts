import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { pendingRequests } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const QUEUE_TIMEOUT_MS = scaled(4_000);

describe('the service with an overloaded database', () => {
  let busy: ScratchDatabase;
  let service: ServerProcess;
  let lock: pg.Client;
  let holding: Promise<ApiResponse>;
  let waiting: Promise<ApiResponse>;
  const ask = () => call(service.baseUrl, '/sessions/s?db_id=busy');

  beforeAll(async () => {
    busy = await createScratchDatabase();
    const idle = await createScratchDatabase();
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ busy: busy.dsn, idle: idle.dsn }),
      AGNO_POOL_SIZE: '1',
      AGNO_QUEUE_TIMEOUT_MS: String(QUEUE_TIMEOUT_MS),
    });
    await call(service.baseUrl, '/sessions?db_id=busy', { method: 'POST', body: { session_id: 's' } });
    lock = new pg.Client({ connectionString: busy.dsn });
    await lock.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE ai.agno_sessions IN ACCESS EXCLUSIVE MODE');
    holding = ask();
    await until(async () => (await busy.waitersFor('ai.agno_sessions')) > 0);
    waiting = ask();
  });
  afterAll(async () => {
    await lock.end();
    await service.stop();
  });

  it('rejects a request immediately when another request has waited for half of the queue timeout', async () => {
    await until(async () => (await pendingRequests(service, 'busy')) === 1);
    await setTimeout(QUEUE_TIMEOUT_MS / 2);
    const refusal = await ask();
    expect(await pendingRequests(service, 'busy')).toBe(1);
    expect(refusal.status).toBe(503);
    expect(refusal.json).toEqual({ detail: "Database 'busy' has too many requests waiting" });
    expect(refusal.headers.get('retry-after')).toBe('1');
    expect((await call(service.baseUrl, '/metrics')).text).toMatch(
      /^agno_session_service_requests_refused_total\{db_id="busy"\} [1-9]/m,
    );
  });

  it('still serves requests to its other databases', async () => {
    expect((await call(service.baseUrl, '/sessions?db_id=idle')).status).toBe(200);
  });

  it('rejects a request that has waited for the whole queue timeout', async () => {
    expect((await waiting).status).toBe(503);
    // The health check that the scrape runs may also have waited until the queue timeout.
    expect((await call(service.baseUrl, '/metrics')).text).toMatch(
      /^db_client_connection_timeouts_total\{db_id="busy"\} [12]$/m,
    );
  });

  it('answers the request that holds the connection, and later requests, when the overload ends', async () => {
    await lock.query('ROLLBACK');
    expect((await holding).status).toBe(200);
    await until(async () => (await ask()).status === 200);
  });
});
