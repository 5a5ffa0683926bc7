import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import { openSocketsOf, type ServerProcess } from '../support/child-process.js';
import { PipeliningClient, requestOf } from '../support/pipelining-client.js';
import { type ScratchDatabase, scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const IN_FLIGHT = 200;
const POOL = 4;
/** More of them than the kernel takes off the service's hands. */
const ANSWERS = 60;
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
    await until(async () => (await openSocketsOf(service.pid)) >= IN_FLIGHT + POOL);
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

  it('is not held up by a client that sent half a request behind one whose answer it still reads', async () => {
    const service = await startSessionService({
      AGNO_PG_DSN: (await scratchDatabase()).dsn,
      AGNO_REQUEST_TIMEOUT_MS: '1000',
    });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(12_000_000) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', agent_id: 'a', runs } });
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(`${requestOf('GET', '/sessions/s/runs/r')}${POST}Content-Length: 9\r\n\r\n{`);
    await until(async () => client.socket.readableLength > 0);
    const exit = service.stop();
    const reading = setInterval(() => client.socket.read(100_000), 50);
    onTestFinished(() => clearInterval(reading));
    expect(await exit).toBe(0);
  });

  it('does nothing that came behind an answer which ended its connection', async () => {
    const { service, client, locked } = await waitingClient(2);
    // The answer to the first is the last to promise that its connection is kept.
    client.send(requestOf('GET', '/sessions/s'));
    await until(async () => (await locks(locked.database, 'AccessShareLock', false)) > 0);
    const exit = service.stop();
    await until(() => isRefused(service));
    client.send(`${requestOf('GET', '/sessions/s')}DELETE /sessions/s HTTP/1.1\r\nHost: x\r\n\r\n`);
    await locked.over;
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, 200]);
    expect(await exit).toBe(0);
    expect(await locked.database.sql('SELECT session_id FROM ai.agno_sessions')).toEqual([{ session_id: 's' }]);
  });

  it('cuts no answer that its client is still reading', async () => {
    const service = await startSessionService({ AGNO_PG_DSN: (await scratchDatabase()).dsn });
    const state = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, 'x'.repeat(1_200)]));
    const body = { session_id: 's', session_state: state };
    await call(service.baseUrl, '/sessions', { method: 'POST', body });
    const idle = new PipeliningClient(service.baseUrl);
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(requestOf('GET', '/sessions/s').repeat(ANSWERS));
    await until(async () => client.socket.readableLength > 0);
    const exit = service.stop();
    await until(async () => idle.socket.closed);
    client.socket.resume();
    await until(async () => client.socket.closed);
    expect(client.statuses()).toHaveLength(ANSWERS);
    expect(await exit).toBe(0);
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

/** A client of a service whose sessions are locked for so long. */
async function waitingClient(seconds: number, env: Record<string, string> = {}) {
  const database = await scratchDatabase();
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn, LOG_LEVEL: 'info', ...env });
  await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  const over = database.sql(`BEGIN; LOCK TABLE ai.agno_sessions; SELECT pg_sleep(${seconds}); COMMIT`);
  await until(async () => (await locks(database)) > 0);
  return { service, client: new PipeliningClient(service.baseUrl), locked: { database, over } };
}

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

async function locks(database: ScratchDatabase, mode = 'AccessExclusiveLock', isGranted = true): Promise<number> {
  const rows = await database.sql<{ n: string }>(
    `SELECT count(*) AS n FROM pg_locks
      WHERE mode = $1 AND granted = $2 AND relation::regclass::text LIKE '%agno_sessions'`,
    [mode, isGranted],
  );
  return Number(rows[0]?.n);
}
