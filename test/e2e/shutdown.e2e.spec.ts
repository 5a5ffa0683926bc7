import { describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import { scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const IN_FLIGHT = 200;
const POOL = 4;

describe('SIGTERM', () => {
  it('finishes every request in flight and then exits with 0', async () => {
    const database = await scratchDatabase();
    const service = await startSessionService({
      AGNO_PG_DSN: database.dsn,
      AGNO_POOL_SIZE: String(POOL),
      LOG_LEVEL: 'info',
    });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    const locked = database.sql('BEGIN; LOCK TABLE ai.agno_sessions; SELECT pg_sleep(2); COMMIT');
    await until(async () => (await locks(database)) > 0);
    const replies = Array.from({ length: IN_FLIGHT }, () => call(service.baseUrl, '/sessions/s'));
    await until(async () => (await openConnections(service.pid)) >= IN_FLIGHT + POOL);
    const exit = service.stop();
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: IN_FLIGHT }, () => 200));
    expect(await exit).toBe(0);
    await locked;
    await expect(call(service.baseUrl, '/healthz')).rejects.toThrow();
  });
});

async function locks(database: Awaited<ReturnType<typeof scratchDatabase>>): Promise<number> {
  const rows = await database.sql<{ n: string }>(
    "SELECT count(*) AS n FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation::regclass::text LIKE '%agno_sessions'",
  );
  return Number(rows[0]?.n);
}

/** Sockets that the process holds open, to clients and to the database. */
async function openConnections(pid: number): Promise<number> {
  const { readdir, readlink } = await import('node:fs/promises');
  const files = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}
