import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const TABLE = 'ai.agno_sessions';
const REQUEST_TIMEOUT_MS = scaled(2_000);

describe('the request pipeline', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  /** A second process on the same database, with a short request timeout. */
  let impatient: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    const env = {
      AGNO_SESSION_DSN_MAP: JSON.stringify({ main: database.dsn }),
      AGNO_TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'info',
    };
    [service, impatient] = await Promise.all([
      startSessionService(env),
      startSessionService({ ...env, AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) }),
    ]);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  });
  afterAll(() => Promise.all([service.stop(), impatient.stop()]));

  function logLines(): Record<string, unknown>[] {
    return service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  const logged = (id: string) => until(async () => logLines().find((line) => line['request_id'] === id));

  it.each(['abc', 'A.b_c-9', 'x'.repeat(128)])('returns the valid request id %s unchanged', async (id) => {
    const reply = await call(service.baseUrl, '/sessions', { headers: { 'x-request-id': id } });
    expect(reply.headers.get('x-request-id')).toBe(id);
  });

  it.each(['', 'with space', 'x'.repeat(129), 'slash/'])('replaces the invalid request id %j', async (id) => {
    const reply = await call(service.baseUrl, '/nowhere', { headers: { 'x-request-id': id } });
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    [404, 'GET', '/nowhere'],
    [405, 'PUT', '/sessions'],
    [422, 'GET', '/sessions?limit=0'],
    [200, 'GET', '/docs'],
    [304, 'GET', '/openapi.json'],
  ])('returns and logs the request id of the client with status %i for %s %s', async (status, method, path) => {
    const id = `id-${status}`;
    const headers = { 'x-request-id': id, 'if-none-match': '*' };
    const reply = await call(service.baseUrl, path, { method, headers });
    expect([reply.status, reply.headers.get('x-request-id')]).toEqual([status, id]);
    expect(await logged(id)).toMatchObject({ method, status });
  });

  it('logs one line per request, with route template, db_id and the client address from a trusted proxy', async () => {
    const headers = { 'x-request-id': 'logged-1', 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer hush' };
    await call(service.baseUrl, '/sessions/s?session_name=secret', { headers });
    const line = await logged('logged-1');
    expect(line).toMatchObject({
      method: 'GET',
      route: '/sessions/:session_id',
      status: 200,
      db_id: 'main',
      remote_ip: '203.0.113.9',
      duration_ms: expect.any(Number),
    });
    expect(logLines().filter((other) => other['request_id'] === 'logged-1')).toHaveLength(1);
    expect(JSON.stringify(line)).not.toMatch(/hush|secret/);
  });

  it('logs requests that reach no route: a preflight and a request without Host', async () => {
    const asked = { origin: 'https://a.example', 'access-control-request-method': 'GET', 'x-request-id': 'preflight' };
    const preflight = await call(service.baseUrl, '/sessions', { method: 'OPTIONS', headers: asked });
    expect(preflight.headers.get('x-request-id')).toBe('preflight');
    expect(await logged('preflight')).toMatchObject({ method: 'OPTIONS', status: 400 });
    const connection = new RawConnection(service.baseUrl);
    const reply = await connection.ask(Buffer.from('GET /sessions HTTP/1.1\r\nX-Request-Id: hostless\r\n\r\n'), 5_000);
    connection.close();
    expect([reply?.headers.get('x-request-id'), reply?.headers.get('vary')]).toEqual(['hostless', 'Origin']);
    expect(await logged('hostless')).toMatchObject({ method: 'GET', status: 400 });
  });

  it('logs stack traces with positions in the TypeScript sources', async () => {
    await database.sql(`ALTER TABLE ${TABLE} ADD CONSTRAINT none CHECK (created_at IS NULL) NOT VALID`);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'never' } });
    await database.sql(`ALTER TABLE ${TABLE} DROP CONSTRAINT none`);
    const line = await until(async () => logLines().find(({ level }) => level === 'error'));
    expect((line['err'] as { stack: string }).stack).toMatch(/^ +at .*\blibs\/database\/src\/[\w/-]+\.ts:\d+:\d+\)?$/m);
  });

  it('responds 504 after the request timeout and cancels the statement in PostgreSQL', async () => {
    const lock = await database.lock(TABLE);
    const reply = await call(impatient.baseUrl, '/sessions/s');
    expect(reply.status).toBe(504);
    expect(reply.json).toEqual({ detail: `The request took longer than ${REQUEST_TIMEOUT_MS} ms` });
    await until(async () => (await database.waitersFor(TABLE)) === 0);
    await lock.release();
    expect((await call(impatient.baseUrl, '/sessions/s')).status).toBe(200);
  });

  it('cancels the statement of a read when its client disconnects, before the timeout', async () => {
    await database.lock(TABLE);
    const client = new AbortController();
    const headers = { 'x-request-id': 'gone', 'x-forwarded-for': '203.0.113.7' };
    const gone = fetch(`${service.baseUrl}/sessions/s`, { headers, signal: client.signal }).catch(
      (error: Error) => error.name,
    );
    await until(async () => (await database.waitersFor(TABLE)) > 0);
    client.abort();
    await until(async () => (await database.waitersFor(TABLE)) === 0);
    expect(await gone).toBe('AbortError');
    expect(await logged('gone')).toMatchObject({
      route: '/sessions/:session_id',
      status: 499,
      remote_ip: '203.0.113.7',
    });
    const { text } = await call(service.baseUrl, '/metrics');
    expect(text).toContain('http_route="/sessions/:session_id",http_response_status_code="499"} 1');
  });

  it('continues a write whose client has disconnected, until the request timeout', async () => {
    await database.lock(TABLE);
    const client = new AbortController();
    const options = { method: 'DELETE', signal: client.signal };
    const gone = fetch(`${impatient.baseUrl}/sessions/none`, options).catch((error: Error) => error.name);
    await until(async () => (await database.waitersFor(TABLE)) > 0);
    client.abort();
    expect(await gone).toBe('AbortError');
    expect(await database.waitersFor(TABLE)).toBe(1);
    await until(async () => (await database.waitersFor(TABLE)) === 0);
  });

  it('responds 413 to an oversized Content-Length before the body is sent', async () => {
    const announced = request(`${service.baseUrl}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '20000000', 'x-request-id': 'too-large' },
    });
    announced.on('error', () => undefined);
    announced.flushHeaders();
    const [reply] = (await once(announced, 'response')) as [IncomingMessage];
    announced.destroy();
    expect([reply.statusCode, reply.headers['x-request-id']]).toEqual([413, 'too-large']);
    expect((await call(service.baseUrl, '/healthz')).json).toEqual({ status: 'ok' });
  });
});
