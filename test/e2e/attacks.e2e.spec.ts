import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { base64UrlJson, rs256Token } from '../support/signed-tokens.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const ALL = ['sessions:read', 'sessions:write', 'sessions:delete'];

describe('the service under attacks on authentication', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  const ann = { authorization: `Bearer ${rs256Token({ sub: 'ann', scopes: ALL }, privateKey)}` };

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({
      AGNO_PG_DSN: database.dsn,
      JWT_VERIFICATION_KEY: PEM,
      AGNO_AUTHORIZATION: 'true',
      AGNO_USER_ISOLATION: 'true',
    });
    const admin = { authorization: `Bearer ${rs256Token({ sub: 'bob', scopes: ['agent_os:admin'] }, privateKey)}` };
    const runs = [{ run_id: 'r1', content: "Bob's run" }];
    const body = { session_id: 'bobs', session_name: "Bob's", runs };
    expect((await call(service.baseUrl, '/sessions', { method: 'POST', headers: admin, body })).status).toBe(201);
  });
  afterAll(() => service.stop());

  const detailOf = async (authorization: string) =>
    (await call(service.baseUrl, '/sessions', { headers: { authorization } })).json as { detail: string };

  it('accepts a valid token', async () => {
    expect((await call(service.baseUrl, '/sessions', { headers: ann })).status).toBe(200);
  });

  it('returns the request id in a 401 response', async () => {
    const reply = await call(service.baseUrl, '/sessions', { headers: { 'x-request-id': 'denied' } });
    expect([reply.status, reply.headers.get('x-request-id')]).toEqual([401, 'denied']);
  });

  it('rejects a token that was signed with the public key as HMAC secret', async () => {
    for (const secret of [PEM, PEM.trim(), publicKey.export({ type: 'spki', format: 'der' })]) {
      const input = `${base64UrlJson({ alg: 'HS256', typ: 'JWT' })}.${base64UrlJson({ sub: 'bob', scopes: ALL })}`;
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      expect(await detailOf(`Bearer ${forged}`)).toEqual({
        detail: 'Invalid token: The specified alg value is not allowed',
      });
    }
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS512', 'PS256'])(
    'rejects an unsigned token whose header names the algorithm %j',
    async (alg) => {
      const forged = `${base64UrlJson({ alg })}.${base64UrlJson({ sub: 'bob', scopes: ALL })}.`;
      expect(await detailOf(`Bearer ${forged}`)).toEqual({
        detail: 'Invalid token: The specified alg value is not allowed',
      });
    },
  );

  it.each(['../../../../dev/null', '/dev/null', 'http://127.0.0.1:1/keys', "' OR 1=1 --", '\u0000', '__proto__'])(
    'rejects a token with the key id %j without loading a key from it',
    async (kid) => {
      const [header, payload] = rs256Token({ sub: 'bob', scopes: ALL }, privateKey, { kid }).split('.');
      const forged = `${header}.${payload}.${createHmac('sha256', '').update(`${header}.${payload}`).digest('base64url')}`;
      expect(await detailOf(`Bearer ${forged}`)).toEqual({ detail: 'Invalid token: Signature verification failed' });
    },
  );

  it.each(['jku', 'x5u', 'jwk', 'x5c'])('rejects a token signed with the key in its header field %s', async (name) => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const value = name === 'jwk' ? own.publicKey.export({ format: 'jwk' }) : 'http://127.0.0.1:1/';
    const forged = rs256Token({ sub: 'bob', scopes: ALL }, own.privateKey, { [name]: value });
    expect(await detailOf(`Bearer ${forged}`)).toEqual({ detail: 'Invalid token: Signature verification failed' });
  });

  it('responds 431 to a token above the header limit, and verifies a long token below the limit', async () => {
    const reply = await call(service.baseUrl, '/sessions', {
      headers: { authorization: `Bearer ${'a'.repeat(20_000)}` },
    });
    expect(reply.status).toBe(431);
    const fitting = await detailOf(`Bearer ${'a.'.repeat(6_000)}`);
    expect(fitting.detail).toMatch(/^Invalid token: /);
  });

  it('responds 401 to a token that is not ASCII', async () => {
    expect(await raw('GET /sessions HTTP/1.1', ['Authorization: Bearer schl\u00fcssel'])).toMatch(/^HTTP\/1.1 401 /);
  });

  it('uses the first of two Authorization headers and ignores the second', async () => {
    expect(
      await raw(`GET /sessions HTTP/1.1`, ['Authorization: Bearer x', `Authorization: ${ann.authorization}`]),
    ).toMatch(/^HTTP\/1.1 401 /);
    expect(
      await raw(`GET /sessions HTTP/1.1`, [`Authorization: ${ann.authorization}`, 'Authorization: Bearer x']),
    ).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([
    '/sessions/bobs',
    '/%73essions/bobs',
    '/sessions/%62obs',
    '/sessions/./bobs',
    '/sessions/%2e/bobs',
    '/sessions/x/../bobs',
    '/sessions/x/%2e%2e/bobs',
    '//sessions/bobs',
    '/sessions//bobs',
    '/sessions/bobs/',
    '/sessions/bobs//',
    '/sessions/bobs%2f',
    '/sessions;x/bobs',
    '/sessions/bobs;x',
    '/SESSIONS/bobs',
    '/sessions/bobs?',
    '/sessions/bobs#x',
    '/docs/../sessions/bobs',
    '/docs/%2e%2e/sessions/bobs',
    '/docs%2f..%2fsessions%2fbobs',
    '/healthz/../sessions/bobs',
    '/healthz%2f%2e%2e%2fsessions/bobs',
    '/healthz?/../sessions/bobs',
    '/sessions/bobs/runs?cursor=',
    '/sessions/bobs/runs?page=1&user_id=bob',
    '/sessions/bobs/run-previews?order=desc&top_level=true&status=running',
    'http://x/sessions/bobs',
    '*',
  ])('does not disclose a session at the path %s without a token or to another user', async (path) => {
    for (const headers of [[], [`Authorization: ${ann.authorization}`]]) {
      const response = await raw(`GET ${path} HTTP/1.1`, headers);
      expect(response).not.toContain("Bob's");
      if (headers.length === 0 && !path.startsWith('/healthz?')) expect(response).toMatch(/^HTTP\/1.1 (401|404|400) /);
    }
  });

  it.each([
    '/sessions/bobs',
    '/sessions/bobs#x',
    '/sessions#/bobs',
    '/sessions?#/bobs',
    '/%73essions/bobs',
    '/sessions%2fbobs',
    'http://x/sessions/bobs',
    'HTTPS://x:1/sessions/bobs/',
    'http:///sessions/bobs',
    'http://x/sessions#x',
  ])('responds 403 or 404 at the path %s to a token without scopes, and deletes no session', async (target) => {
    const powerless = `Authorization: Bearer ${rs256Token({ sub: 'bob', scopes: [] }, privateKey)}`;
    const names = { session_ids: ['bobs'], session_types: ['agent'] };
    const body = [`Content-Length: ${JSON.stringify(names).length}`, 'Content-Type: application/json'];
    for (const [method, more] of [
      ['GET', []],
      ['DELETE', body],
    ] as const) {
      const response = await raw(`${method} ${target} HTTP/1.1`, [powerless, ...more], JSON.stringify(names));
      expect(response).toMatch(/^HTTP\/1.1 (403|404) /);
    }
    expect(await database.sql("SELECT session_id FROM ai.agno_sessions WHERE session_id = 'bobs'")).toHaveLength(1);
  });

  it('rejects a token whose subject PostgreSQL cannot store as text', async () => {
    for (const sub of ['b\0b', '\ud800']) {
      expect(await detailOf(`Bearer ${rs256Token({ sub, scopes: ALL }, privateKey)}`)).toEqual({
        detail: 'Invalid token subject',
      });
    }
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'does not replace the request method by the method in the header %s',
    async (name) => {
      const reader = { authorization: `Bearer ${rs256Token({ sub: 'bob', scopes: ['sessions:read'] }, privateKey)}` };
      const reply = await call(service.baseUrl, '/sessions/bobs', { headers: { ...reader, [name]: 'DELETE' } });
      expect([reply.status, (reply.json as { session_name: string }).session_name]).toEqual([200, "Bob's"]);
    },
  );

  it('takes the owner of a new session from the token only, not from body, query or headers', async () => {
    const headers = { ...ann, 'x-user-id': 'bob', 'x-forwarded-user': 'bob' };
    const body = { session_id: 'anns', user_id: 'bob', owner: 'bob', sub: 'bob', created_at: 1, is_admin: true };
    const created = await call(service.baseUrl, '/sessions?user_id=bob', { method: 'POST', headers, body });
    expect(created.json).toMatchObject({ user_id: 'ann' });
    const change = { user_id: 'bob', session_id: 'bobs', session_type: 'team', created_at: 1, session_name: 'N' };
    expect((await call(service.baseUrl, '/sessions/anns', { method: 'PATCH', headers, body: change })).status).toBe(
      200,
    );
    const [row] = await database.sql(
      "SELECT user_id, session_type, created_at FROM ai.agno_sessions WHERE session_id = 'anns'",
    );
    expect(row).toMatchObject({ user_id: 'ann', session_type: 'agent' });
    expect(Number(row?.['created_at'])).toBeGreaterThan(1_700_000_000);
  });

  it('adds no response header when a session id in the path contains line breaks', async () => {
    const headers = { ...ann, 'x-request-id': 'ok' };
    for (const id of ['a%0d%0aset-cookie:%20x=1', 'a%0aset-cookie: x', '%E5%98%8A%E5%98%8Dset-cookie:x']) {
      const reply = await call(service.baseUrl, `/sessions/${id}`, { headers });
      expect([reply.status, reply.headers.get('set-cookie')]).toEqual([404, null]);
    }
  });

  it('responds 400 when a carriage return in the token starts another header', async () => {
    expect(await raw('GET /sessions HTTP/1.1', ['Authorization: Bearer x\rX-A: 1'])).toMatch(/^HTTP\/1.1 400 /);
  });

  /** Sends the bytes as they are, because an HTTP client would normalise or reject them. Returns the whole response. */
  async function raw(requestLine: string, headers: readonly string[], body = ''): Promise<string> {
    const { hostname, port } = new URL(service.baseUrl);
    const socket = connect(Number(port), hostname);
    socket.write([requestLine, 'Host: x', 'Connection: close', ...headers, '', body].join('\r\n'));
    let response = '';
    socket.on('data', (chunk: Buffer) => {
      response += chunk.toString('utf8');
    });
    await once(socket, 'close');
    return response;
  }
});
