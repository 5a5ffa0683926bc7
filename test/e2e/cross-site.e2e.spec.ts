import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token } from '../support/signed-tokens.js';

const PROXY_HOST = { 'x-forwarded-host': 'chat.example' };
const EVIL = 'https://evil.example';

describe('cross-site requests', () => {
  let database: ScratchDatabase;
  let open: ServerProcess;
  let behindProxy: ServerProcess;
  let withCookies: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    const env = { AGNO_PG_DSN: database.dsn };
    const own = { ...env, AGNO_CORS_ORIGINS: 'https://chat.example.com' };
    const cookies = { JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256', JWT_TOKEN_SOURCE: 'cookie' };
    [open, behindProxy, withCookies] = await Promise.all([
      startSessionService(env),
      startSessionService({ ...own, AGNO_TRUSTED_PROXIES: 'loopback' }),
      startSessionService({ ...own, ...cookies }),
    ]);
  });
  afterAll(() => Promise.all([open, behindProxy, withCookies].map((service) => service.stop())));

  const count = async () => (await database.sql('SELECT FROM ai.agno_sessions')).length;

  it('get 403 for an empty POST, which needs no preflight, and create no session', async () => {
    await call(open.baseUrl, '/sessions', { method: 'POST' });
    const before = await count();
    expect(await post(open, { origin: EVIL, 'sec-fetch-site': 'cross-site' })).toBe(403);
    const cookie = `access_token=${hs256Token({ sub: 'ada' })}`;
    expect(await post(withCookies, { origin: EVIL, 'sec-fetch-site': 'cross-site', cookie })).toBe(403);
    expect(await count()).toBe(before);
    expect(await post(withCookies, { 'sec-fetch-site': 'same-origin', cookie })).toBe(201);
  });

  it.each([
    ['cross-site', EVIL, 403],
    ['same-site', 'https://other.example.com', 403],
    ['same-site', 'https://os.agno.com', 201],
    ['cross-site', 'http://localhost:3000', 201],
    ['cross-site', undefined, 403],
    ['cross-site', 'null', 403],
    ['same-origin, cross-site', EVIL, 403],
    ['same-origin', EVIL, 201],
    ['none', undefined, 201],
    [undefined, 'null', 403],
    [undefined, EVIL, 403],
    [undefined, 'https://evil.example/http://127.0.0.1', 403],
    [undefined, 'http://', 403],
    [undefined, 'https://os.agno.com', 201],
    [undefined, undefined, 201],
  ])('are recognized by Sec-Fetch-Site and Origin: a POST with %s and %s gets %i', async (site, origin, status) => {
    const headers = { ...(site && { 'sec-fetch-site': site }), ...(origin !== undefined && { origin }) };
    expect(await post(open, headers)).toBe(status);
  });

  it('are recognized without Sec-Fetch-Site by an Origin that differs from the Host header', async () => {
    const { host, port } = new URL(open.baseUrl);
    expect(await post(open, { origin: `http://${host}` })).toBe(201);
    expect(await post(open, { origin: `http://127.0.0.1:${Number(port) + 1}` })).toBe(403);
    expect(await post(open, { host: 'LOCALHOST:443', origin: 'https://localhost' })).toBe(201);
    expect(await post(open, { host: 'localhost:80', origin: 'https://localhost' })).toBe(403);
  });

  it('are recognized behind a trusted proxy by an Origin that differs from X-Forwarded-Host', async () => {
    expect(await post(behindProxy, { ...PROXY_HOST, origin: 'https://chat.example' })).toBe(201);
    expect(await post(behindProxy, { ...PROXY_HOST, origin: EVIL })).toBe(403);
    expect(await post(open, { 'x-forwarded-host': 'evil.example', origin: EVIL })).toBe(403);
  });

  it('get 201 from the origins in AGNO_CORS_ORIGINS, and 403 from the default origins that these replace', async () => {
    expect(await post(behindProxy, { origin: 'https://chat.example.com', 'sec-fetch-site': 'cross-site' })).toBe(201);
    expect(await post(behindProxy, { origin: 'https://os.agno.com', 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('get 403 rather than 401 for POST, PATCH, PUT and DELETE without a token', async () => {
    const headers = { origin: EVIL, 'sec-fetch-site': 'cross-site' };
    for (const [method, path] of [
      ['DELETE', '/sessions'],
      ['PATCH', '/sessions/s'],
      ['DELETE', '/sessions/s'],
      ['POST', '/sessions/s/rename'],
      ['PUT', '/nowhere'],
    ] as const) {
      const reply = await call(withCookies.baseUrl, path, { method, headers });
      expect([reply.status, reply.json]).toEqual([403, { detail: expect.stringContaining('AGNO_CORS_ORIGINS') }]);
    }
  });

  it('get 200 for GET without a CORS header, and 400 for a preflight unless its origin is allowed', async () => {
    const headers = { origin: EVIL, 'sec-fetch-site': 'cross-site' };
    const reply = await call(open.baseUrl, '/sessions', { headers });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const ask = (origin: string) => ({
      origin,
      'access-control-request-method': 'POST',
      'sec-fetch-site': 'cross-site',
    });
    const preflight = async (origin: string) =>
      (await call(open.baseUrl, '/sessions', { method: 'OPTIONS', headers: ask(origin) })).status;
    expect([await preflight('https://os.agno.com'), await preflight(EVIL)]).toEqual([200, 400]);
  });
});

/** Sends an empty POST and returns the status. Unlike `fetch`, it sends every header unchanged. */
function post({ baseUrl }: ServerProcess, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const posted = request(`${baseUrl}/sessions`, { method: 'POST', headers: { 'content-length': '0', ...headers } });
    posted.once('error', reject);
    posted.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    posted.end();
  });
}
