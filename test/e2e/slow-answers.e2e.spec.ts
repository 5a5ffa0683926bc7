import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { readAtRate } from '../support/paced-reader.js';
import { PipeliningClient, serialiseRequest } from '../support/pipelining-client.js';
import { openSockets } from '../support/process-metrics.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

/** Size of the response, more than the kernel's socket buffers take. */
const RESPONSE_BYTES = 12_000_000;
const PATH = '/sessions/s/runs/r';
const REQUEST_TIMEOUT_MS = scaled(1_500);

describe('a response to a slow client', () => {
  let service: ServerProcess;
  let dsn: string;

  beforeAll(async () => {
    ({ dsn } = await createScratchDatabase());
    service = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) });
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(RESPONSE_BYTES) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', agent_id: 'a', runs } });
  });
  afterAll(() => service.stop());

  /** Reads this many bytes per request timeout. Resolves with the number of bytes read when the connection closes. */
  async function readAt(bytesPerTimeout: number): Promise<number> {
    const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1');
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const received = readAtRate(socket, bytesPerTimeout / (REQUEST_TIMEOUT_MS / 1_000));
    await new Promise((resolve) => socket.once('close', resolve));
    return received();
  }

  it('is cut off when its client reads too slowly, while other requests are served', async () => {
    expect(await readAt(250_000)).toBeLessThan(RESPONSE_BYTES);
    expect(service.ended(), service.output()).toBe(false);
    expect((await call(service.baseUrl, '/sessions/s')).status).toBe(200);
    expect(service.output(), 'too many listeners').not.toContain('Warning');
  });

  it('ends with a closed connection when the client pipelines many requests and reads nothing', async () => {
    const other = await startSessionService({
      AGNO_PG_DSN: (await createScratchDatabase()).dsn,
      OS_SECURITY_KEY: 'the-key',
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    });
    onTestFinished(async () => void (await other.stop()));
    const before = openSockets(other.pid);
    const client = new PipeliningClient(other.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', '/sessions').repeat(30_000));
    await until(async () => openSockets(other.pid) > before);
    await until(async () => openSockets(other.pid) === before);
  });

  it('is replaced by a 503 when it is large and the memory budget is full, but a write is still applied', async () => {
    const small = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_MEMORY_BUDGET_BYTES: String(16 * 2 ** 20) });
    onTestFinished(async () => void (await small.stop()));
    // A response larger than half of the budget reserves half of it; a second one is rejected.
    const reader = new PipeliningClient(small.baseUrl);
    reader.socket.pause();
    reader.send(serialiseRequest('GET', PATH));
    await until(async () => reader.socket.readableLength > 0);
    const refused = await call(small.baseUrl, PATH);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.json).toEqual({ detail: 'Too many large responses in flight' });
    const body = { session_state: { big: 'x'.repeat(3_000_000) } };
    const changed = await call(small.baseUrl, '/sessions/s', { method: 'PATCH', body });
    expect([changed.status, changed.headers.get('retry-after')]).toEqual([504, null]);
    expect(changed.json).toEqual({ detail: 'The change was made, but its response is too large to be sent now' });
    reader.socket.resume();
    await until(async () => reader.text.length > RESPONSE_BYTES);
    expect((await call(small.baseUrl, '/sessions/s')).json).toMatchObject(body);
  });

  it('may take longer than the request timeout while its client keeps reading', async () => {
    const start = performance.now();
    expect(await readAt(3_000_000)).toBeGreaterThan(RESPONSE_BYTES);
    expect(performance.now() - start).toBeGreaterThan(2 * REQUEST_TIMEOUT_MS);
  });
});
