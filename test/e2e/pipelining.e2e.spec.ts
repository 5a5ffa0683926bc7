import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { type ScratchDatabase, scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const LARGE = 5_000_000;
const FLOOD = Buffer.alloc(200_000_000, 'no request\r\n\r\n');
/** What a service may take more than before, in megabytes, whatever is sent to it: much less than what is sent here. */
const SLACK_MB = 60;

describe('requests that are sent before the answer to the one before', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await scratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(LARGE) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'large', agent_id: 'a', runs } });
  });
  afterAll(() => service.stop());

  it('are done in their order, each when the one before is answered', async () => {
    const client = new Client(service.baseUrl);
    for (let round = 0; round < 20; round++) {
      client.send(
        requestOf('POST', '/sessions', { session_id: `s${round}`, session_name: 'first' }) +
          requestOf('PATCH', `/sessions/s${round}`, { session_name: 'second' }) +
          requestOf('GET', `/sessions/s${round}`) +
          requestOf('DELETE', `/sessions/s${round}`) +
          requestOf('GET', `/sessions/s${round}`),
      );
      await until(async () => client.statuses().length === 5 * (round + 1));
      expect(client.statuses().slice(-5)).toEqual([201, 200, 200, 204, 404]);
    }
    expect(client.text).toContain('"session_name":"second"');
  });

  it('are refused when they are none, after the answer to the one before and without being kept', async () => {
    const locked = database.sql('BEGIN; LOCK TABLE ai.agno_sessions; SELECT pg_sleep(3); COMMIT');
    await until(async () => (await database.sql(LOCKED)).length > 0);
    const before = await residentMegabytes();
    const client = new Client(service.baseUrl);
    client.send(requestOf('GET', '/sessions/large'));
    client.send(FLOOD);
    let most = 0;
    await until(async () => {
      most = Math.max(most, await residentMegabytes());
      return client.statuses().length > 0;
    });
    expect(most - before).toBeLessThan(SLACK_MB);
    await locked;
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, 400]);
  });

  it('hold one answer in memory, not as many as were asked for', async () => {
    const before = await residentMegabytes();
    const client = new Client(service.baseUrl);
    client.socket.pause();
    client.send(requestOf('GET', '/sessions/large/runs/r').repeat(200));
    await until(async () => client.socket.readableLength > 0);
    for (let at = 0; at < 20; at++) await call(service.baseUrl, '/sessions/large');
    expect((await residentMegabytes()) - before).toBeLessThan(200);
  });

  async function residentMegabytes(): Promise<number> {
    const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  }
});

const LOCKED = "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT NULL";

/** A connection that sends what it likes, whenever it likes. */
class Client {
  readonly socket: Socket;
  text = '';

  constructor(baseUrl: string) {
    this.socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1');
    });
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+) [A-Z]/g)].map(([, status]) => Number(status));
  }
}

function requestOf(method: string, path: string, body?: object): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
