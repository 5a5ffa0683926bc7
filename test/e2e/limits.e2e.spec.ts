import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { LateReader } from '../support/late-reader.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const BODY_LIMIT = 3_000_000;
const MEBIBYTE = ' '.repeat(2 ** 20);
const MAX_INT64 = '9223372036854775807';
const LATE_BODY = '{"session_id":"late"}';
const LATE_HEAD = `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LATE_BODY.length}\r\n\r\n`;

/** Tests the lines of docs/limits.md: the largest accepted value, and the status for a larger one. */
describe('the service at its limits', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  /** A second process on the same database, with short timeouts. */
  let impatient: ServerProcess;
  /** A third process, which requires a key. */
  let guarded: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    [service, impatient, guarded] = await Promise.all([
      startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT) }),
      startSessionService({
        AGNO_PG_DSN: database.dsn,
        // The service closes an idle connection after twice this timeout. By then Node, which checks for late requests
        // every 2 s, must have sent its 408.
        AGNO_REQUEST_TIMEOUT_MS: String(scaled(3_000)),
        AGNO_STATEMENT_TIMEOUT_MS: String(scaled(1_000)),
        AGNO_QUEUE_TIMEOUT_MS: String(scaled(500)),
        AGNO_POOL_SIZE: '1',
      }),
      startSessionService({ AGNO_PG_DSN: database.dsn, OS_SECURITY_KEY: 'the-key' }),
    ]);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    // Waits until the pool has opened its only connection.
    await until(async () => (await call(impatient.baseUrl, '/sessions/s')).status === 200);
  });
  afterAll(() => Promise.all([service.stop(), impatient.stop(), guarded.stop()]));

  const headers = { 'content-type': 'application/json' };
  const post = async (body: string) =>
    (await fetch(`${service.baseUrl}/sessions`, { method: 'POST', headers, body })).status;
  const statusOf = async (path: string) => (await call(service.baseUrl, path)).status;

  it('responds 431 to a request line or headers of more than 16 KiB', async () => {
    expect(await statusOf(`/sessions/${'a'.repeat(15_000)}`)).toBe(404);
    expect(await statusOf(`/sessions/${'a'.repeat(16_400)}`)).toBe(431);
    const long = await call(service.baseUrl, '/sessions', { headers: { 'x-long': 'a'.repeat(16_400) } });
    expect([long.status, long.json]).toEqual([431, { detail: 'Request header fields too large' }]);
  });

  it('responds 413 to a body longer than AGNO_BODY_LIMIT_BYTES', async () => {
    expect(await post(`{}${' '.repeat(BODY_LIMIT - 2)}`)).toBe(201);
    expect(await post(`{}${' '.repeat(BODY_LIMIT - 1)}`)).toBe(413);
  });

  it('lets a client send its body only after its key and Content-Length are accepted, with Expect: 100-continue', async () => {
    const body = '{"session_id":"continued"}';
    const respond = async (key: string, bytes: number) => {
      const socket = connect(Number(new URL(guarded.baseUrl).port), '127.0.0.1').setEncoding('latin1');
      let text = '';
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.endsWith('HTTP/1.1 100 Continue\r\n\r\n')) socket.write(body);
      });
      const lines = [`Authorization: Bearer ${key}`, `Content-Length: ${bytes}`, 'Expect: 100-continue'];
      const head = ['POST /sessions HTTP/1.1', 'Host: x', 'Connection: close', 'Content-Type: application/json'];
      socket.write([...head, ...lines, '', ''].join('\r\n'));
      await once(socket, 'close');
      return text.match(/HTTP\/1.1 \d+/g);
    };
    expect(await respond('wrong', body.length)).toEqual(['HTTP/1.1 401']);
    expect(await respond('the-key', 2 ** 30)).toEqual(['HTTP/1.1 413']);
    expect(await respond('the-key', body.length)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 201']);
  });

  describe('when a client does not read while it sends its body', () => {
    const head = (line: string, ...lines: string[]) =>
      [line, 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
    const declared = (bytes: number) => `Content-Length: ${bytes}`;
    const CHUNKED = 'Transfer-Encoding: chunked';
    const LARGE = 64 * 2 ** 20;

    it.each([
      ['413 to a POST with a Content-Length of 64 MiB', 413, head('POST /sessions HTTP/1.1', declared(LARGE))],
      ['413 to a chunked POST of 64 MiB', 413, head('POST /sessions HTTP/1.1', CHUNKED)],
      [
        '413 to a POST of 64 MiB with Expect: 100-continue',
        413,
        head('POST /sessions HTTP/1.1', declared(LARGE), 'Expect: 100-continue'),
      ],
      [
        '401 to a POST of 64 MiB without a token',
        401,
        head('POST /sessions HTTP/1.1', declared(LARGE), 'Connection: close'),
      ],
      ['200 to a GET with a body of 64 MiB', 200, head('GET /sessions HTTP/1.1', declared(LARGE), 'Connection: close')],
    ])('delivers its response: %s', async (_, status, start) => {
      const { baseUrl } = status === 401 ? guarded : service;
      const client = new LateReader(baseUrl);
      await client.write(start);
      const isChunked = start.includes(CHUNKED);
      for (let sent = 0; sent < LARGE; sent += MEBIBYTE.length) {
        await client.write(isChunked ? `${MEBIBYTE.length.toString(16)}\r\n${MEBIBYTE}\r\n` : MEBIBYTE);
      }
      if (isChunked) await client.write('0\r\n\r\n');
      expect(await client.read()).toContain(`HTTP/1.1 ${status} `);
    });

    it('closes the connection after 128 MiB of body without holding the body in memory', async () => {
      const memory = async () => Number(/^process_resident_memory_bytes (\d+)/m.exec(await metrics())?.[1]);
      const metrics = async () => (await call(service.baseUrl, '/metrics')).text;
      const before = await memory();
      const client = new LateReader(service.baseUrl);
      await client.write(head('POST /sessions HTTP/1.1', declared(2 ** 40)));
      let written = 0;
      while (await client.write(MEBIBYTE)) written += MEBIBYTE.length;
      // The socket buffers of the kernel accept some bytes more than the 128 MiB that the service reads.
      expect(written / 2 ** 20).toBeGreaterThan(120);
      expect(written / 2 ** 20).toBeLessThan(160);
      expect((await memory()) - before).toBeLessThan(64 * 2 ** 20);
    });
  });

  it('responds 400 to JSON nested deeper than 968 levels', async () => {
    const nested = (depth: number) => `{"session_state":{"a":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}}`;
    expect(await post(nested(968))).toBe(201);
    expect(await post(nested(969))).toBe(400);
    expect(await post(nested(9_000))).toBe(400);
  });

  it('responds 400 to a number of more than 4,300 digits', async () => {
    const number = (digits: number) => `{"session_state":{"a":${'9'.repeat(digits)}}}`;
    expect(await post(number(4_300))).toBe(201);
    expect(await post(number(4_301))).toBe(400);
  });

  it('responds 400 to a body of more than a million JSON values', async () => {
    const noName = (items: number) => `{"session_name":[1${',1'.repeat(items - 1)}]}`;
    expect(await post(noName(999_998))).toBe(422);
    expect(await post(noName(999_999))).toBe(400);
  });

  it('reports at most 1,000 errors in a 422', async () => {
    const invalid = `[1${',1'.repeat(99_999)}]`;
    for (const [method, body] of [
      ['POST', `{"runs":${invalid}}`],
      ['DELETE', `{"session_ids":${invalid},"session_types":["agent"]}`],
    ] as const) {
      const reply = await fetch(`${service.baseUrl}/sessions`, { method, headers, body });
      const { detail } = (await reply.json()) as { detail: object[] };
      expect([reply.status, detail.length]).toEqual([422, 1_000]);
    }
  });

  it('responds 422 to a page size outside 1 to 2^63 - 1', async () => {
    expect(await statusOf(`/sessions?limit=${MAX_INT64}`)).toBe(200);
    expect(await statusOf('/sessions?limit=9223372036854775808')).toBe(422);
    expect(await statusOf('/sessions?limit=0')).toBe(422);
  });

  it('responds 422 to a page number below 1 or with an offset beyond 2^63 - 1', async () => {
    expect(await statusOf(`/sessions?limit=1&page=${MAX_INT64}`)).toBe(200);
    expect(await statusOf(`/sessions?limit=2&page=${MAX_INT64}`)).toBe(422);
    expect(await statusOf('/sessions?page=0')).toBe(422);
  });

  it('responds 422 to a name filter of more than 256 characters', async () => {
    expect(await statusOf(`/sessions?session_name=${'x'.repeat(256)}`)).toBe(200);
    expect(await statusOf(`/sessions?session_name=${'x'.repeat(257)}`)).toBe(422);
  });

  it('responds 422 to the creation of a session whose id is too long for the index', async () => {
    const id = (length: number) => randomBytes(length).toString('hex').slice(0, length);
    expect(await post(JSON.stringify({ session_id: id(2_600) }))).toBe(201);
    expect(await post(JSON.stringify({ session_id: id(15_000) }))).toBe(422);
  });

  it('responds 504 at the statement timeout, and 503 at the queue timeout to a request that waits for the connection', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const [slow, waiting] = await Promise.all([
      call(impatient.baseUrl, '/sessions/s'),
      call(impatient.baseUrl, '/sessions/s'),
    ]);
    const replies = [slow, waiting].sort((a, b) => b.status - a.status);
    expect(replies.map(({ status }) => status)).toEqual([504, 503]);
    expect(replies[1]?.headers.get('retry-after')).toBe('1');
    await lock.release();
    expect((await call(impatient.baseUrl, '/sessions/s')).status).toBe(200);
  });

  it.concurrent.each([
    ['head', 'GET /sessions HTTP/1.1\r\nHost: x\r\nA: '],
    ['body', 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'],
  ])('responds 408 to a request whose %s does not end before the request timeout', async (_, bytes) => {
    const connection = new RawConnection(impatient.baseUrl);
    const response = await connection.ask(Buffer.from(bytes), 25_000);
    connection.close();
    expect([response?.status, response?.body]).toEqual([408, '{"detail":"The request did not arrive in time"}']);
    expect(response?.headers.get('connection')).toBe('close');
  });

  it.concurrent.each([
    ['the whole request', '', `${LATE_HEAD}${LATE_BODY}`],
    ['the end of its body', `${LATE_HEAD}${LATE_BODY.slice(0, 1)}`, LATE_BODY.slice(1)],
  ])('does not execute a request that got a 408 when %s arrives afterwards', async (_, early, late) => {
    const socket = connect({ port: Number(new URL(impatient.baseUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.write(early);
    const [refusal] = (await once(socket, 'data')) as [Buffer];
    expect(refusal.toString()).toMatch(/^HTTP\/1\.1 408 /);
    socket.end(late);
    await once(socket, 'close');
    expect(await statusOf('/sessions/late')).toBe(404);
  });
});
