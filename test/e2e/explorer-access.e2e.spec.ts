import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import { copyServiceWithExplorer } from '../support/built-explorer.js';
import { runToEnd, type ServerProcess } from '../support/child-process.js';
import { send } from '../support/plain-request.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';
import { scaled } from '../support/time-scale.js';

const SECRET_KEY = 'key-of-the-operator';
const ASSET = '/explorer/assets/index-B4x_9zQ1.js';
const NOT_FOUND = '{"detail":"Not Found"}';

const databases = new Map<string, ScratchDatabase>();
const services: ServerProcess[] = [];

const serve = async (env: Record<string, string> = {}) => {
  const dsns = Object.fromEntries([...databases].map(([id, { dsn }]) => [id, dsn]));
  const settings = { AGNO_SESSION_DSN_MAP: JSON.stringify(dsns), AGNO_EXPLORER: 'true', ...env };
  const service = await startSessionService(settings);
  services.push(service);
  return service;
};

beforeAll(async () => {
  for (const id of ['eu', 'us']) databases.set(id, await createScratchDatabase());
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

describe('GET /explorer/sign-in and /explorer/whoami', () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const whoAmI = ({ baseUrl }: ServerProcess, options = {}) => call(baseUrl, '/explorer/whoami', options);
  const signIn = async ({ baseUrl }: ServerProcess) => {
    const { status, json, headers } = await call(baseUrl, '/explorer/sign-in');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    return json;
  };
  const BOTH = [
    { id: 'eu', is_default: true },
    { id: 'us', is_default: false },
  ];
  const EVERYTHING = { user_id: null, scopes: null, isolated: false, databases: BOTH };

  it('describe an open service', async () => {
    const service = await serve({ AGNO_DEFAULT_DB_ID: 'us' });
    expect(await signIn(service)).toEqual({ mode: 'none', header: true, cookie: false });
    for (const options of [{}, bearer('ignored')]) {
      const { status, json, headers } = await whoAmI(service, options);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'application/json',
        'no-store',
      ]);
      const databases = [
        { id: 'eu', is_default: false },
        { id: 'us', is_default: true },
      ];
      expect(json).toEqual({ mode: 'none', ...EVERYTHING, databases });
    }
  });

  it('describe a service with a security key', async () => {
    const service = await serve({ OS_SECURITY_KEY: SECRET_KEY, AGNO_OPEN_ROUTES: 'none' });
    expect(await signIn(service)).toEqual({ mode: 'security_key', header: true, cookie: false });
    expect((await whoAmI(service)).text).toBe('{"detail":"Authorization header required"}');
    for (const path of ['/explorer/whoami', '/explorer/whoami/', '/explorer/%77hoami', '/explorer%2Fwhoami%2F']) {
      expect([path, (await send(service, path)).status]).toEqual([path, 401]);
      expect([path, (await call(service.baseUrl, path, bearer('wrong'))).status]).toEqual([path, 401]);
    }
    expect((await whoAmI(service, bearer(SECRET_KEY))).json).toEqual({ mode: 'security_key', ...EVERYTHING });
  });

  it('describe a service with tokens whose scopes are not checked', async () => {
    const service = await serve({ JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256' });
    expect(await signIn(service)).toEqual({ mode: 'jwt', header: true, cookie: false });
    expect((await whoAmI(service)).status).toBe(401);
    const ann = bearer(hs256Token({ sub: 'ann', scopes: ['sessions:read'] }));
    expect((await whoAmI(service, ann)).json).toEqual({ mode: 'jwt', ...EVERYTHING, user_id: 'ann' });
    expect((await whoAmI(service, bearer(hs256Token({})))).json).toEqual({ mode: 'jwt', ...EVERYTHING });
  });

  it('name no scopes that limit an administrator, whatever AGNO_ADMIN_SCOPE is', async () => {
    const service = await serve({ ...ISOLATING_SETTINGS, AGNO_ADMIN_SCOPE: 'root' });
    const scopesOf = async (scope: string) =>
      ((await whoAmI(service, bearer(hs256Token({ sub: 'ann', scopes: [scope] })))).json as { scopes: unknown }).scopes;
    expect(await scopesOf('root')).toBeNull();
    expect(await scopesOf('agent_os:admin')).toEqual(['agent_os:admin']);
  });

  it('describe isolated users, administrators and service accounts', async () => {
    const accounts = [{ name: 'bot', scopes: ['sessions:read'] }];
    await databases.get('eu')?.sql('CREATE SCHEMA IF NOT EXISTS ai');
    await storeAccounts(async (text, values) => databases.get('eu')?.sql(text, values), accounts);
    const service = await serve(ISOLATING_SETTINGS);
    const scopesOf = async (token: string) => {
      const { user_id, scopes, isolated } = (await whoAmI(service, bearer(token))).json as Record<string, unknown>;
      return [user_id, scopes, isolated];
    };
    // Without any scope for sessions.
    expect(await scopesOf(hs256Token({ sub: 'ann' }))).toEqual(['ann', [], true]);
    expect(await scopesOf(hs256Token({ sub: '', scopes: ['x'] }))).toEqual([null, ['x'], true]);
    const admin = ['agent_os:admin', 'sessions:read'];
    expect(await scopesOf(hs256Token({ sub: 'root', scopes: admin }))).toEqual(['root', null, false]);
    expect(await scopesOf('agno_pat_bot')).toEqual(['sa:bot', ['sessions:read'], true]);
  });

  it('name only the databases that AGNO_DB_ACCESS opens to the caller', async () => {
    const access = JSON.stringify({ eu: { scopes: ['db:eu'] }, us: { scopes: ['db:us'] } });
    const service = await serve({ ...ISOLATING_SETTINGS, AGNO_DB_ACCESS: access });
    const databasesOf = async (...scopes: string[]) =>
      ((await whoAmI(service, bearer(hs256Token({ sub: 'ann', scopes })))).json as { databases: object[] }).databases;
    expect(await databasesOf('db:us')).toEqual([{ id: 'us', is_default: false }]);
    expect(await databasesOf('db:eu', 'db:us')).toEqual(BOTH);
    expect(await databasesOf()).toEqual([]);
  });

  it('accept the cookie of JWT_TOKEN_SOURCE, with which only pages of the same origin change sessions', async () => {
    const tokens = { JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256' };
    const [service, either] = await Promise.all([
      serve({ ...tokens, JWT_TOKEN_SOURCE: 'cookie', JWT_COOKIE_NAME: 'login' }),
      serve({ ...tokens, JWT_TOKEN_SOURCE: 'both' }),
    ]);
    expect(await signIn(service)).toEqual({ mode: 'jwt', header: false, cookie: true });
    expect(await signIn(either)).toEqual({ mode: 'jwt', header: true, cookie: true });
    const token = hs256Token({ sub: 'ann' });
    const cookie = { cookie: `login=${token}` };
    expect((await whoAmI(service, { headers: cookie })).json).toMatchObject({ user_id: 'ann' });
    expect((await whoAmI(service, bearer(token))).status).toBe(401);
    const { baseUrl } = service;
    const samePage = { ...cookie, 'sec-fetch-site': 'same-origin', origin: baseUrl };
    const otherPage = { ...cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const path = '/sessions/from-the-page';
    const body = { session_id: 'from-the-page' };
    await call(baseUrl, '/sessions?type=agent', { method: 'POST', headers: samePage, body });
    const patch = { method: 'PATCH', body: { session_name: 'Renamed' } };
    expect((await call(baseUrl, path, { ...patch, headers: samePage })).json).toMatchObject({
      session_name: 'Renamed',
    });
    expect((await call(baseUrl, path, { ...patch, headers: otherPage })).status).toBe(403);
    expect((await call(baseUrl, path, { method: 'DELETE', headers: otherPage })).status).toBe(403);
    expect((await call(baseUrl, path, { method: 'DELETE', headers: samePage })).status).toBe(204);
  });
});

describe('AGNO_EXPLORER', () => {
  it.each([{}, { AGNO_EXPLORER: 'false' }])('is off by default, and then nothing is served: %j', async (env) => {
    const service = await serve({ AGNO_EXPLORER: '', ...env });
    const paths = ['/explorer', '/explorer/', ASSET, '/explorer/whoami', '/explorer/sign-in'];
    for (const path of paths) {
      for (const method of ['GET', 'POST']) {
        const { status, body } = await send(service, path, {}, method);
        expect([path, status, body.toString()]).toEqual([path, 404, NOT_FOUND]);
      }
    }
    const { paths: documented } = (await call(service.baseUrl, '/openapi.json')).json as { paths: object };
    expect(Object.keys(documented).filter((path) => path.startsWith('/explorer'))).toEqual([]);
  });

  it('documents its routes in /openapi.json', async () => {
    const { paths } = (await call((await serve()).baseUrl, '/openapi.json')).json as { paths: object };
    expect(paths).toMatchObject({ '/explorer/whoami': { get: {} }, '/explorer/sign-in': { get: {} } });
  });

  it('does not serve it on the management port', async () => {
    const port = await freePort();
    await serve({ AGNO_MANAGEMENT_PORT: String(port) });
    for (const path of ['/explorer/', ASSET, '/explorer/whoami', '/explorer/sign-in']) {
      expect((await call(`http://127.0.0.1:${port}`, path)).text).toBe(NOT_FOUND);
    }
  });

  it('logs and measures its requests by route, without their queries, cookies and tokens', async () => {
    const service = await serve({ ...ISOLATING_SETTINGS, JWT_TOKEN_SOURCE: 'both', LOG_LEVEL: 'trace' });
    const token = hs256Token({ sub: 'ann', scopes: ['agent_os:admin'] });
    const headers = { authorization: `Bearer ${token}`, cookie: `access_token=${token}` };
    for (const path of ['/explorer?user=ann-secret', '/explorer/?user=ann-secret', ASSET, '/explorer/missing']) {
      await send(service, path, headers);
    }
    await call(service.baseUrl, '/explorer/whoami?x=ann-secret', { headers });
    const routes = ['/explorer', '/explorer/*', '/explorer/whoami'];
    const metrics = (await call(service.baseUrl, '/metrics', { headers })).text;
    const labels = new Set([...metrics.matchAll(/route="([^"]*explorer[^"]*)"/g)].map(([, route]) => route));
    expect(labels).toEqual(new Set(routes));
    await expect.poll(() => service.output()).toContain('"route":"/metrics"');
    for (const route of routes) expect(service.output()).toContain(`"route":"${route}"`);
    for (const secret of [token, 'ann-secret']) expect(service.output()).not.toContain(secret);
  });

  it.each(['1', '2'])('stops the start with %s workers while the explorer is not built', async (workers) => {
    const empty = copyServiceWithExplorer({ 'assets/x.js': '' });
    try {
      const env = { AGNO_PG_DSN: 'postgresql://x@127.0.0.1/x', AGNO_EXPLORER: 'true', AGNO_SERVICE_WORKERS: workers };
      const { code, output } = await runToEnd(process.execPath, [empty.program], { env, timeoutMs: scaled(60_000) });
      expect(code).toBe(1);
      expect(output).toContain(`AGNO_EXPLORER is true, but the explorer is not built: there is no ${empty.explorer}`);
      expect(output).not.toContain('    at ');
    } finally {
      empty.remove();
    }
  });
});
