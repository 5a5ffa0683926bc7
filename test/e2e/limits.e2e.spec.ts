import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const BODY_LIMIT = 3_000_000;
const MOST_INT64 = '9223372036854775807';
const LATE_BODY = '{"session_id":"late"}';
const LATE_HEAD = `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LATE_BODY.length}\r\n\r\n`;

/** Each line of docs/limits.md: the last thing that is taken, and the status of the first that is not. */
describe('limits', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  /** The same service with short timeouts. */
  let impatient: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    [service, impatient] = await Promise.all([
      startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT) }),
      startSessionService({
        AGNO_PG_DSN: database.dsn,
        // Node checks for late requests every 2 s, which must happen before the service closes the idle connection, after
        // twice this timeout.
        AGNO_REQUEST_TIMEOUT_MS: String(scaled(3_000)),
        AGNO_STATEMENT_TIMEOUT_MS: String(scaled(1_000)),
        AGNO_QUEUE_TIMEOUT_MS: String(scaled(500)),
        AGNO_POOL_SIZE: '1',
      }),
    ]);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    // Its pool has opened its only connection.
    await until(async () => (await call(impatient.baseUrl, '/sessions/s')).status === 200);
  });
  afterAll(() => Promise.all([service.stop(), impatient.stop()]));

  const headers = { 'content-type': 'application/json' };
  const post = async (body: string) =>
    (await fetch(`${service.baseUrl}/sessions`, { method: 'POST', headers, body })).status;
  const statusOf = async (path: string) => (await call(service.baseUrl, path)).status;

  it('request line and headers', async () => {
    expect(await statusOf(`/sessions/${'a'.repeat(15_000)}`)).toBe(404);
    expect(await statusOf(`/sessions/${'a'.repeat(16_400)}`)).toBe(431);
    const long = await call(service.baseUrl, '/sessions', { headers: { 'x-long': 'a'.repeat(16_400) } });
    expect([long.status, long.json]).toEqual([431, { detail: 'Request header fields too large' }]);
  });

  it('body', async () => {
    expect(await post(`{}${' '.repeat(BODY_LIMIT - 2)}`)).toBe(201);
    expect(await post(`{}${' '.repeat(BODY_LIMIT - 1)}`)).toBe(413);
  });

  it('depth', async () => {
    const nested = (depth: number) => `{"session_state":{"a":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}}`;
    expect(await post(nested(968))).toBe(201);
    expect(await post(nested(969))).toBe(400);
    expect(await post(nested(9_000))).toBe(400);
  });

  it('digits', async () => {
    const number = (digits: number) => `{"session_state":{"a":${'9'.repeat(digits)}}}`;
    expect(await post(number(4_300))).toBe(201);
    expect(await post(number(4_301))).toBe(400);
  });

  it('values in a body', async () => {
    const noName = (items: number) => `{"session_name":[1${',1'.repeat(items - 1)}]}`;
    expect(await post(noName(999_998))).toBe(422);
    expect(await post(noName(999_999))).toBe(400);
  });

  it('faults that a refusal names', async () => {
    const faults = `[1${',1'.repeat(99_999)}]`;
    for (const [method, body] of [
      ['POST', `{"runs":${faults}}`],
      ['DELETE', `{"session_ids":${faults},"session_types":["agent"]}`],
    ] as const) {
      const reply = await fetch(`${service.baseUrl}/sessions`, { method, headers, body });
      const { detail } = (await reply.json()) as { detail: object[] };
      expect([reply.status, detail.length]).toEqual([422, 1_000]);
    }
  });

  it('page size', async () => {
    expect(await statusOf(`/sessions?limit=${MOST_INT64}`)).toBe(200);
    expect(await statusOf('/sessions?limit=9223372036854775808')).toBe(422);
    expect(await statusOf('/sessions?limit=0')).toBe(422);
  });

  it('page', async () => {
    expect(await statusOf(`/sessions?limit=1&page=${MOST_INT64}`)).toBe(200);
    expect(await statusOf(`/sessions?limit=2&page=${MOST_INT64}`)).toBe(422);
    expect(await statusOf('/sessions?page=0')).toBe(422);
  });

  it('filter by name', async () => {
    expect(await statusOf(`/sessions?session_name=${'x'.repeat(256)}`)).toBe(200);
    expect(await statusOf(`/sessions?session_name=${'x'.repeat(257)}`)).toBe(422);
  });

  it('id of a new session', async () => {
    const id = (length: number) => randomBytes(length).toString('hex').slice(0, length);
    expect(await post(JSON.stringify({ session_id: id(2_600) }))).toBe(201);
    expect(await post(JSON.stringify({ session_id: id(15_000) }))).toBe(422);
  });

  it('one statement, and the wait for a connection meanwhile', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const [slow, waiting] = await Promise.all([
      call(impatient.baseUrl, '/sessions/s'),
      call(impatient.baseUrl, '/sessions/s'),
    ]);
    const replies = [slow, waiting].sort((one, other) => other.status - one.status);
    expect(replies.map(({ status }) => status)).toEqual([504, 503]);
    expect(replies[1]?.headers.get('retry-after')).toBe('1');
    await lock.release();
    expect((await call(impatient.baseUrl, '/sessions/s')).status).toBe(200);
  });

  it.concurrent.each([
    ['head', 'GET /sessions HTTP/1.1\r\nHost: x\r\nA: '],
    ['body', 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'],
  ])('arrival: of a %s that does not come to an end', async (_, bytes) => {
    const connection = new RawConnection(impatient.baseUrl);
    const answer = await connection.ask(Buffer.from(bytes), 25_000);
    connection.close();
    expect([answer?.status, answer?.body]).toEqual([408, '{"detail":"The request did not arrive in time"}']);
    expect(answer?.headers.get('connection')).toBe('close');
  });

  it.concurrent.each([
    ['a request', '', `${LATE_HEAD}${LATE_BODY}`],
    ['the end of a body', `${LATE_HEAD}${LATE_BODY.slice(0, 1)}`, LATE_BODY.slice(1)],
  ])('arrival: %s that comes after its refusal is not done', async (_, early, late) => {
    const socket = connect({ port: Number(new URL(impatient.baseUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.write(early);
    const [refusal] = (await once(socket, 'data')) as [Buffer];
    expect(refusal.toString()).toMatch(/^HTTP\/1\.1 408 /);
    socket.end(late);
    await once(socket, 'close');
    expect(await statusOf('/sessions/late')).toBe(404);
  });
});
