import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type Reply, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { pendingRequests } from '../support/metrics.js';
import { type ScratchDatabase, scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const QUEUE_TIMEOUT_MS = 50;

describe('a database that is asked more than it can answer', () => {
  let busy: ScratchDatabase;
  let service: ServerProcess;
  let lock: pg.Client;
  const waiting: Promise<Reply>[] = [];
  const ask = () => call(service.baseUrl, '/sessions/s?db_id=busy');

  beforeAll(async () => {
    busy = await scratchDatabase();
    const idle = await scratchDatabase();
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
    // One has the only connection, the other waits for it.
    waiting.push(ask(), ask());
  });
  afterAll(async () => {
    await lock.end();
    await service.stop();
  });

  it('refuses at once, and says when to come again', async () => {
    await until(async () => (await pendingRequests(service, 'busy')) === 1);
    // By now the queued request has waited longer than the queue timeout.
    await setTimeout(QUEUE_TIMEOUT_MS);
    const refusal = await ask();
    expect(refusal.status).toBe(503);
    expect(refusal.json).toEqual({ detail: "Database 'busy' has too many requests waiting" });
    expect(refusal.headers.get('retry-after')).toBe('1');
    expect((await call(service.baseUrl, '/metrics')).text).toMatch(
      /^agno_session_service_requests_refused_total\{db_id="busy"\} [1-9]/m,
    );
  });

  it('leaves the other databases alone', async () => {
    expect((await call(service.baseUrl, '/sessions?db_id=idle')).status).toBe(200);
  });

  it('answers those who were waiting, and everybody as soon as it can', async () => {
    await lock.query('ROLLBACK');
    for (const reply of await Promise.all(waiting)) expect(reply.status).toBe(200);
    await until(async () => (await ask()).status === 200);
  });
});
