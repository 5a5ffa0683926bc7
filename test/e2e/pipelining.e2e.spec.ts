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
/** More of them than one reading of a connection brings. */
const WAITING = 60_000;
/** What a service may take more than before, in megabytes, whatever is sent to it: much less than what is sent here. */
const SLACK_MB = 60;
/** In bytes. */
const NEXT_TO_NOTHING = 4_096;

describe('requests that are sent before the answer to the one before', { timeout: scaled(180_000) }, () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(LARGE) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'large', agent_id: 'a', runs } });
  });
  afterAll(() => service.stop());

  it('are done in their order, each when the one before is answered', async () => {
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

  it('are refused when they are none, after the answer to the one before and without being kept', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.send(serialiseRequest('GET', '/sessions/large'));
    client.send(FLOOD);
    const most = mostUntilAnswered(client);
    await untilNothingIsRead();
    await lock.release();
    expect((await most) - before).toBeLessThan(SLACK_MB);
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, 400]);
  });

  it('hold one answer in memory, not as many as were asked for', async () => {
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', '/sessions/large/runs/r').repeat(200));
    await until(async () => client.socket.readableLength > 0);
    for (let at = 0; at < 20; at++) await call(service.baseUrl, '/sessions/large');
    expect(residentMegabytes(service.pid) - before).toBeLessThan(200);
  });

  it('wait in a number that is bounded, and are all answered', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const before = residentMegabytes(service.pid);
    const client = new PipeliningClient(service.baseUrl);
    client.send(serialiseRequest('GET', '/sessions/large/runs') + SMALL.repeat(WAITING));
    const most = mostUntilAnswered(client);
    await untilNothingIsRead();
    await lock.release();
    expect((await most) - before).toBeLessThan(SLACK_MB);
    await until(async () => client.statuses().length === WAITING + 1);
    expect(new Set(client.statuses())).toEqual(new Set([200]));
  });

  it('wait in a number that is bounded while the answer before them is read slowly', async () => {
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

  it('are cut off where too many wait on all connections, and others are served', async () => {
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

  it('are each logged under their own id', async () => {
    const client = new PipeliningClient(service.baseUrl);
    const ids = Array.from({ length: 4 }, (_, at) => `piped-${at}`);
    await database.sql('ALTER TABLE ai.agno_sessions ADD CONSTRAINT none CHECK (created_at IS NULL) NOT VALID');
    const body = { session_id: 'never' };
    client.send(ids.map((id) => serialiseRequest('POST', '/sessions', body, `X-Request-Id: ${id}`)).join(''));
    await until(async () => client.statuses().length === ids.length);
    await database.sql('ALTER TABLE ai.agno_sessions DROP CONSTRAINT none');
    expect(client.statuses()).toEqual(ids.map(() => 500));
    const isLogged = (id: string) => new RegExp(`"level":"error","time":"[^"]+","request_id":"${id}"`);
    for (const id of ids) await until(async () => isLogged(id).test(service.output()));
  });

  /** Resolves when the service has read next to nothing for a while: it holds back what its clients still send. */
  async function untilNothingIsRead(): Promise<void> {
    let bytes = 0;
    let since = performance.now();
    await until(async () => {
      const now = bytesRead(service.pid);
      if (now - bytes > NEXT_TO_NOTHING) {
        bytes = now;
        since = performance.now();
      }
      return performance.now() - since > scaled(500);
    });
  }

  /** What the service has in memory at most until it gives the first answer, in megabytes. */
  async function mostUntilAnswered(client: PipeliningClient): Promise<number> {
    let most = 0;
    await until(async () => {
      most = Math.max(most, residentMegabytes(service.pid));
      return client.statuses().length > 0;
    });
    return most;
  }
});
