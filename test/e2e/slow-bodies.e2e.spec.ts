import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { RawConnection, type RawResponse } from '../support/raw-http.js';
import { connectAndSend } from '../support/raw-socket.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const BODY_LIMIT = 1_000_000;
const MEMORY_BUDGET = 16 * 2 ** 20;
/** Number of bodies of BODY_LIMIT bytes that fit into the memory budget, which ignores the first 16 KiB of each. */
const AT_ONCE = Math.floor(MEMORY_BUDGET / (BODY_LIMIT - 16_384));
/** Number of bytes that are sent of each incomplete body. */
const NEARLY_ALL = 900_000;

const HEAD = `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY_LIMIT}\r\n\r\n`;

describe('slow request bodies', () => {
  let service: ServerProcess;
  const connections: RawConnection[] = [];

  let dsn: string;

  beforeAll(async () => {
    ({ dsn } = await createScratchDatabase());
  });
  // Each test has its own service, so that no memory is reserved by earlier bodies.
  beforeEach(async () => {
    service = await startSessionService({
      AGNO_PG_DSN: dsn,
      AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT),
      AGNO_MEMORY_BUDGET_BYTES: String(MEMORY_BUDGET),
      LOG_LEVEL: 'info',
    });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: {} });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await service.stop();
  });

  /** Sends `count` requests with incomplete bodies. Returns an array that collects the rejections as they arrive. */
  function begin(count: number): readonly RawResponse[] {
    const refusals: RawResponse[] = [];
    for (let index = 0; index < count; index++) {
      const connection = new RawConnection(service.baseUrl);
      connections.push(connection);
      const response = connection.ask(Buffer.from(`${HEAD}${' '.repeat(NEARLY_ALL)}`), 60_000);
      response.then(
        (refusal) => refusal && refusals.push(refusal),
        () => undefined,
      );
    }
    return refusals;
  }

  /** Number of reserved bytes of the memory budget, from the metrics. */
  async function bytesHeld(): Promise<number> {
    const { text } = await call(service.baseUrl, '/metrics');
    return Number(/^agno_session_service_memory_budget_used_bytes (\d+)/m.exec(text)?.[1]);
  }

  it('are rejected with 503 when the memory budget is full, while the accepted bodies continue', async () => {
    const refused = begin(AT_ONCE + 3);
    await until(async () => refused.length === 3);
    for (const { status, headers, body } of refused) {
      expect([status, body]).toEqual([503, '{"detail":"Too many request bodies in flight"}']);
      expect([headers.get('retry-after'), headers.get('connection')]).toEqual(['1', 'close']);
    }
    const { text } = await call(service.baseUrl, '/metrics');
    expect(text).toContain('agno_session_service_memory_refusals_total{reason="body"} 3');
  });

  it('get 408 when they stall while other bodies need memory, and never block small bodies', async () => {
    const refused = begin(AT_ONCE);
    await until(async () => (await bytesHeld()) === AT_ONCE * (BODY_LIMIT - 16_384));
    const post = (body: string) => call(service.baseUrl, '/sessions', { method: 'POST', body: { session_name: body } });
    expect((await post('small')).status).toBe(201);
    expect((await post('a'.repeat(NEARLY_ALL))).status).toBe(503);
    expect(refused).toEqual([]);
    await until(async () => (await post('a'.repeat(NEARLY_ALL))).status === 201, scaled(30_000));
    await until(async () => refused.length === AT_ONCE);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([408]));
  });

  it('release their memory when their last byte arrives after the 408', async () => {
    const hasty = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_REQUEST_TIMEOUT_MS: String(scaled(1_000)) });
    onTestFinished(async () => void (await hasty.stop()));
    const socket = await connectAndSend(hasty, `${HEAD}${' '.repeat(BODY_LIMIT - 1)}`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(' ');
    await new Promise((resolve) => socket.once('close', resolve));
    await until(async () => {
      const { text } = await call(hasty.baseUrl, '/metrics');
      return /^agno_session_service_memory_budget_used_bytes 0$/m.test(text);
    });
  });

  it('are distinguished from fast bodies: each of 40 concurrent fast bodies gets 201 or 503, never 408', async () => {
    const body = { session_name: 'a'.repeat(NEARLY_ALL) };
    const posts = Array.from({ length: 40 }, () => call(service.baseUrl, '/sessions', { method: 'POST', body }));
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([]);
  });

  it('are logged as 499, not as an error, when their client disconnects', async () => {
    const socket = await connectAndSend(service, HEAD.replace('Host: x', 'Host: x\r\nX-Request-ID: gone'));
    socket.destroy();
    const line = await until(async () => /^.*"request_id":"gone".*$/m.exec(service.output())?.[0]);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', route: '/sessions', status: 499 });
    expect(service.output()).not.toContain('"level":"error"');
  });

  it('are decoded correctly when they arrive byte by byte', async () => {
    const connection = new RawConnection(service.baseUrl);
    connections.push(connection);
    const body = JSON.stringify({ session_name: 'ä€😀'.repeat(20_000) });
    const pieces = [...Buffer.from(body)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const head =
      'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const response = await connection.ask(Buffer.from(`${head}${pieces}0\r\n\r\n`, 'latin1'), 10_000);
    expect(response?.status).toBe(201);
    expect(JSON.parse(response?.body ?? '')).toMatchObject({ session_name: 'ä€😀'.repeat(20_000) });
  });
});
