import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { readAtRate } from '../support/paced-reader.js';
import { PipeliningClient, serialiseRequest } from '../support/pipelining-client.js';
import { bytesRead, residentMegabytes } from '../support/process-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled, TIME_SCALE } from '../support/time-scale.js';

const LARGE = 5_000_000;
const LARGEST = 15_000_000;
const FLOOD = Buffer.alloc(200_000_000, 'no request\r\n\r\n');
const SMALL = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
/** Number of pipelined requests, more than one read from the socket returns. */
const WAITING = 60_000;
/** Maximum growth of the resident memory in megabytes, much less than these tests send. */
const SLACK_MB = 60;
/** The service counts as no longer reading when it has read fewer new bytes than this. */
const NEGLIGIBLE_BYTES = 4_096;

describe('pipelined requests', { timeout: scaled(180_000) }, () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(LARGE) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'large', agent_id: 'a', runs } });
  });
  afterAll(() => service.stop());

  it('are executed in order, each after the response to the previous one', async () => {
    const client = new PipeliningClient(service.baseUrl);
    for (let round = 0; round < 20; round++) {
      client.send(
        serialiseRequest('POST', '/sessions', { session_id: `s${round}`, session_name: 'first' }) +
          serialiseRequest('PATCH', `/sessions/s${round}`, { session_name: 'second' }) +
          serialiseRequest('GET', `/sessions/s${round}`) +
          serialiseRequest('DELETE', `/sessions/s${round}`) +
          serialiseRequest('GET', `/sessions/s${round}`),
      );
      await until(async () => client.statuses().length === 5 * (round + 1));
      expect(client.statuses().slice(-5)).toEqual([201, 200, 200, 204, 404]);
    }
    expect(client.text).toContain('"session_name":"second"');
  });

  it('are not buffered in memory when malformed, and get a 400 after the previous response', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.send(serialiseRequest('GET', '/sessions/large'));
    client.send(FLOOD);
    const peak = peakUntilResponse(client);
    await untilNothingIsRead();
    await lock.release();
    expect((await peak) - before).toBeLessThan(SLACK_MB);
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, 400]);
  });

  it('of one connection keep only one response in memory at a time', async () => {
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', '/sessions/large/runs/r').repeat(200));
    await until(async () => client.socket.readableLength > 0);
    for (let index = 0; index < 20; index++) await call(service.baseUrl, '/sessions/large');
    expect(residentMegabytes(service.pid) - before).toBeLessThan(200);
  });

  it('are read up to a limit while they wait for the response before them, and are all answered later', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.send(serialiseRequest('GET', '/sessions/large/runs') + SMALL.repeat(WAITING));
    const peak = peakUntilResponse(client);
    await untilNothingIsRead();
    await lock.release();
    expect((await peak) - before).toBeLessThan(SLACK_MB);
    await until(async () => client.statuses().length === WAITING + 1);
    expect(new Set(client.statuses())).toEqual(new Set([200]));
  });

  it('are all answered when the client reads the response before them slowly', async () => {
    const runs = [{ run_id: 'q', agent_id: 'a', content: 'x'.repeat(LARGEST) }];
    const body = { session_id: 'largest', agent_id: 'a', runs };
    expect((await call(service.baseUrl, '/sessions', { method: 'POST', body })).status).toBe(201);
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', '/sessions/largest/runs/q') + SMALL.repeat(WAITING));
    readAtRate(client.socket, 40_000_000 / TIME_SCALE);
    await until(async () => client.statuses().length > 1);
    client.socket.resume();
    await until(async () => client.statuses().length === WAITING + 1);
  });

  it('lose their connection when too many of them wait on all connections, while other clients are served', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const before = residentMegabytes(service.pid);
    const clients = Array.from({ length: 40 }, () => new PipeliningClient(service.baseUrl));
    for (const client of clients) client.send(serialiseRequest('GET', '/sessions/large') + SMALL.repeat(WAITING));
    await until(async () => clients.some(({ socket }) => socket.closed));
    await untilNothingIsRead();
    expect((await call(service.baseUrl, '/livez')).status).toBe(200);
    expect(residentMegabytes(service.pid) - before).toBeLessThan(200);
    const kept = clients.filter(({ socket }) => !socket.closed);
    expect(kept).not.toEqual([]);
    await lock.release();
    const isDone = (client: PipeliningClient) => client.socket.closed || client.statuses().length === WAITING + 1;
    await until(async () => kept.every(isDone), scaled(120_000));
    expect(kept.some(({ socket }) => !socket.closed)).toBe(true);
  });

  it('are each logged with their own request id', async () => {
    const client = new PipeliningClient(service.baseUrl);
    const ids = Array.from({ length: 4 }, (_, index) => `piped-${index}`);
    await database.sql('ALTER TABLE ai.agno_sessions ADD CONSTRAINT none CHECK (created_at IS NULL) NOT VALID');
    const body = { session_id: 'never' };
    client.send(ids.map((id) => serialiseRequest('POST', '/sessions', body, `X-Request-Id: ${id}`)).join(''));
    await until(async () => client.statuses().length === ids.length);
    await database.sql('ALTER TABLE ai.agno_sessions DROP CONSTRAINT none');
    expect(client.statuses()).toEqual(ids.map(() => 500));
    const isLogged = (id: string) => new RegExp(`"level":"error","time":"[^"]+","request_id":"${id}"`);
    for (const id of ids) await until(async () => isLogged(id).test(service.output()));
  });

  /** Resolves when the service has read almost nothing for a while, because backpressure stops its clients. */
  async function untilNothingIsRead(): Promise<void> {
    let bytes = 0;
    let since = performance.now();
    await until(async () => {
      const now = bytesRead(service.pid);
      if (now - bytes > NEGLIGIBLE_BYTES) {
        bytes = now;
        since = performance.now();
      }
      return performance.now() - since > scaled(500);
    });
  }

  /** Peak resident memory of the service in megabytes, until the client gets its first response. */
  async function peakUntilResponse(client: PipeliningClient): Promise<number> {
    let peak = 0;
    await until(async () => {
      peak = Math.max(peak, residentMegabytes(service.pid));
      return client.statuses().length > 0;
    });
    return peak;
  }
});
