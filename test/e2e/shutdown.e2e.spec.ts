import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { call, refusesConnections, until } from '../support/api.js';
import { readAtRate } from '../support/paced-reader.js';
import { PipeliningClient, serialiseRequest } from '../support/pipelining-client.js';
import { connectAndSend } from '../support/raw-socket.js';
import { pendingRequests } from '../support/scraped-metrics.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const IN_FLIGHT = 200;
const POOL = 4;
const REQUEST_TIMEOUT_MS = scaled(1_000);
/** Number of pipelined responses, more than fit into the kernel's socket buffers. */
const RESPONSES = 60;
const POST = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

describe('the service on SIGTERM', () => {
  it('answers every request in flight and then exits with 0', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({
      AGNO_PG_DSN: database.dsn,
      AGNO_POOL_SIZE: String(POOL),
      LOG_LEVEL: 'info',
    });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    const lock = await database.lock('ai.agno_sessions');
    const replies = Array.from({ length: IN_FLIGHT }, () => call(service.baseUrl, '/sessions/s'));
    await until(async () => (await pendingRequests(service)) === IN_FLIGHT - POOL);
    const exit = service.stop();
    await until(() => refusesConnections(service));
    await lock.release();
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: IN_FLIGHT }, () => 200));
    expect(await exit).toBe(0);
    await expect(call(service.baseUrl, '/healthz')).rejects.toThrow();
  });

  it('logs no error for requests whose clients disconnected before', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_POOL_SIZE: '2' });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    const lock = await database.lock('ai.agno_sessions');
    const clients = new AbortController();
    const changes = Array.from({ length: 6 }, () =>
      fetch(`${service.baseUrl}/sessions/s`, { method: 'DELETE', signal: clients.signal }),
    );
    await until(async () => (await database.waitersFor('ai.agno_sessions')) === 2);
    const idle = new PipeliningClient(service.baseUrl);
    await once(idle.socket, 'connect');
    clients.abort();
    await Promise.allSettled(changes);
    const exit = service.stop();
    // The server closes idle connections last, then the pools: those in use when their statements have ended.
    await until(async () => idle.socket.closed && (await database.waitersFor('ai.agno_sessions')) === 2);
    await lock.release();
    expect(await exit).toBe(0);
    expect(service.output()).not.toContain('is unavailable');
  });

  it.each([
    ['one process', '1', 1],
    ['two workers and their parent', '2', 3],
  ])('logs when it begins to drain and when it has stopped (%s)', async (_, workers, processes) => {
    const service = await startSessionService({
      AGNO_PG_DSN: (await createScratchDatabase()).dsn,
      AGNO_SERVICE_WORKERS: workers,
      LOG_LEVEL: 'info',
    });
    await service.stop();
    const lines = () => service.output().match(/Draining after SIGTERM|Stopped/g) ?? [];
    await until(async () => lines().length === 2 * processes);
    expect(lines().at(0)).toBe('Draining after SIGTERM');
    expect(lines().at(-1)).toBe('Stopped');
  });

  it.each([
    ['never sent anything', '', {}],
    ['sent half a head', 'GET /healthz HTTP/1.1\r\nHost', { AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) }],
    ['sent half a body', `${POST}Content-Length: 9\r\n\r\n{`, { AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) }],
  ])('exits with 0 despite a client that %s', async (_, bytes, env) => {
    const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn, ...env });
    await connectAndSend(service, bytes);
    expect(await service.stop()).toBe(0);
  });

  it('exits with 0 despite an incomplete pipelined request after a response that the client reads slowly', async () => {
    const service = await startSessionService({
      AGNO_PG_DSN: (await createScratchDatabase()).dsn,
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(12_000_000) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', agent_id: 'a', runs } });
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(`${serialiseRequest('GET', '/sessions/s/runs/r')}${POST}Content-Length: 9\r\n\r\n{`);
    await until(async () => client.socket.readableLength > 0);
    const exit = service.stop();
    // The service requires 1 MB per request timeout. At 3 MB the response of 12 MB takes four times the timeout.
    readAtRate(client.socket, 3_000_000 / (REQUEST_TIMEOUT_MS / 1_000));
    expect(await exit).toBe(0);
  });

  it('does not execute a pipelined request after a response that closes the connection', async () => {
    const { database, service, client, lock } = await waitingClient();
    // The first response still announces keep-alive; the second one closes the connection.
    client.send(serialiseRequest('GET', '/sessions/s'));
    await until(async () => (await database.waitersFor('ai.agno_sessions')) > 0);
    const exit = service.stop();
    await until(() => refusesConnections(service));
    client.send(`${serialiseRequest('GET', '/sessions/s')}DELETE /sessions/s HTTP/1.1\r\nHost: x\r\n\r\n`);
    await lock.release();
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, 200]);
    expect(await exit).toBe(0);
    expect(await database.sql('SELECT session_id FROM ai.agno_sessions')).toEqual([{ session_id: 's' }]);
  });

  it('completes every response that a client is still reading', async () => {
    const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
    const state = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, 'x'.repeat(1_200)]));
    const body = { session_id: 's', session_state: state };
    await call(service.baseUrl, '/sessions', { method: 'POST', body });
    const idle = new PipeliningClient(service.baseUrl);
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', '/sessions/s').repeat(RESPONSES));
    await until(async () => client.socket.readableLength > 0);
    const exit = service.stop();
    await until(async () => idle.socket.closed);
    client.socket.resume();
    await until(async () => client.socket.closed);
    expect(client.statuses()).toHaveLength(RESPONSES);
    expect(await exit).toBe(0);
  });

  it('answers a request whose headers are completed only after the signal', async () => {
    const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
    const socket = await connectAndSend(service, 'GET /healthz HTTP/1.1\r\n');
    const exit = service.stop();
    await until(() => refusesConnections(service));
    socket.write('Host: x\r\n\r\n');
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString(), service.output()).toMatch(/^HTTP\/1\.1 200 /);
    expect(response.toString()).toMatch(/\r\nconnection: close\r\n/i);
    expect(await exit).toBe(0);
  });
});

/** Starts a service, locks its sessions table, and connects a client. */
async function waitingClient() {
  const database = await createScratchDatabase();
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn, LOG_LEVEL: 'info' });
  await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  const lock = await database.lock('ai.agno_sessions');
  return { database, service, client: new PipeliningClient(service.baseUrl), lock };
}
