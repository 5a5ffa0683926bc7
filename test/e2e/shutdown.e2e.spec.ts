import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const IN_FLIGHT = 200;
const POOL = 4;
const POST = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

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

  it.each([
    ['never sent anything', '', {}],
    ['sent half a head', 'GET /healthz HTTP/1.1\r\nHost', { AGNO_REQUEST_TIMEOUT_MS: '1000' }],
    ['sent half a body', `${POST}Content-Length: 9\r\n\r\n{`, { AGNO_REQUEST_TIMEOUT_MS: '1000' }],
  ])('is not held up by a client that %s', async (_, bytes, env) => {
    const service = await startSessionService({ AGNO_PG_DSN: (await scratchDatabase()).dsn, ...env });
    await saying(service, bytes);
    expect(await service.stop()).toBe(0);
  });

  it('answers a request of which a part had come', async () => {
    const service = await startSessionService({ AGNO_PG_DSN: (await scratchDatabase()).dsn });
    const socket = await saying(service, 'GET /healthz HTTP/1.1\r\n');
    const exit = service.stop();
    await until(() => isRefused(service));
    socket.write('Host: x\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString(), service.output()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await exit).toBe(0);
  });
});

async function isRefused({ baseUrl }: ServerProcess): Promise<boolean> {
  return call(baseUrl, '/healthz').then(
    () => false,
    () => true,
  );
}

/** A connection on which the service has got so much. */
async function saying(service: ServerProcess, bytes: string): Promise<Socket> {
  const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await call(service.baseUrl, '/healthz');
  return socket;
}

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
