import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, refusesConnections, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token } from '../support/signed-tokens.js';

const HEADERS = { authorization: 'Bearer key-of-the-operator' };
const HIDDEN = ['/metrics', '/metrics/', '/%6detrics', '/docs', '/docs/start.js', '/docs/nope', '/openapi.json'];

describe.each([1, 2])('a service with a management port and %i worker(s)', (workers) => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  let management: { readonly baseUrl: string };

  beforeAll(async () => {
    database = await createScratchDatabase();
    const port = await freePort();
    management = { baseUrl: `http://127.0.0.1:${port}` };
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ main: database.dsn, away: await unreachableDsn() }),
      AGNO_MANAGEMENT_PORT: String(port),
      AGNO_SERVICE_WORKERS: String(workers),
      OS_SECURITY_KEY: 'key-of-the-operator',
      LOG_LEVEL: 'info',
    });
    await call(service.baseUrl, '/sessions', { method: 'POST', headers: HEADERS, body: { session_id: 's' } });
  });
  afterAll(() => service.stop());

  const statusOf = async ({ baseUrl }: { readonly baseUrl: string }, path: string, method = 'GET') =>
    (await call(baseUrl, path, { method, headers: HEADERS })).status;

  it('serves probes, metrics and docs on the management port without a token', async () => {
    for (const path of ['/livez', '/healthz', '/readyz', '/metrics', '/docs', '/docs/start.js', '/openapi.json']) {
      expect([path, (await call(management.baseUrl, path)).status]).toEqual([path, 200]);
    }
    const { text, json } = await call(management.baseUrl, '/readyz');
    expect(text).not.toMatch(/127\.0\.0\.1|hush|nobody|ECONN|refused/);
    expect(json).toMatchObject({ status: 'degraded', details: { main: { status: 'up' }, away: {} } });
    expect((await scrapeMetrics(management)).get('agno_session_service_database_up{db_id="main"}')).toBe(1);
  });

  it('responds 404 to other paths on the management port, and sends no CORS header there', async () => {
    for (const path of ['/', '/health', '/sessions', '/sessions/s', '/nowhere', '/docsx', '//metrics']) {
      expect([path, await statusOf(management, path)]).toEqual([path, 404]);
    }
    expect(await statusOf(management, '/sessions', 'POST')).toBe(404);
    const headers = { origin: 'https://os.agno.com' };
    const reply = await call(management.baseUrl, '/metrics', { headers });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('responds 404 to requests for metrics and docs on the main port', async () => {
    for (const path of HIDDEN) {
      const reply = await call(service.baseUrl, path, { headers: HEADERS });
      expect([path, reply.status, reply.json]).toEqual([path, 404, { detail: 'Not Found' }]);
      expect((await call(service.baseUrl, path)).status).toBe(404);
    }
    expect(await statusOf(service, '/metrics', 'POST')).toBe(404);
    expect(Object.keys((await call(service.baseUrl, '/')).json)).not.toContain('docs');
  });

  it('returns its status without names of databases on the main port', async () => {
    expect((await call(service.baseUrl, '/readyz')).json).toEqual({ status: 'degraded' });
    for (const path of ['/livez', '/healthz', '/health']) {
      expect((await call(service.baseUrl, path)).json).toMatchObject({ status: 'ok' });
    }
  });

  it('logs and counts the requests to both ports', async () => {
    await call(management.baseUrl, '/livez', { headers: { 'x-request-id': 'on-management' } });
    await until(async () => service.output().includes('"request_id":"on-management"'));
    const series = [...(await scrapeMetrics(management)).keys()].join('\n');
    expect(series).toContain(
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/livez"',
    );
    expect(series).toContain('http_route="/sessions",http_response_status_code="201"');
  });

  it('reports on its management port that it drains, while its main port only completes requests in flight', async () => {
    const lock = await database.lock('ai.agno_sessions');
    const last = call(service.baseUrl, '/sessions/s', { headers: HEADERS });
    await until(async () => (await database.waitersFor('ai.agno_sessions')) > 0);
    const exit = service.stop();
    await until(() => refusesConnections(service));
    // With several workers, those without a request in flight have stopped; one remains.
    const { status, text } = await call(management.baseUrl, '/readyz');
    expect([status, text]).toEqual([503, expect.stringContaining('draining')]);
    await lock.release();
    expect((await last).status).toBe(200);
    expect(await exit).toBe(0);
    expect(await refusesConnections(management)).toBe(true);
  });
});

describe('a port that another process uses', () => {
  it.each([
    ['AGNO_SERVICE_PORT', '1'],
    ['AGNO_SERVICE_PORT', '2'],
    ['AGNO_MANAGEMENT_PORT', '1'],
    ['AGNO_MANAGEMENT_PORT', '2'],
  ])('makes the start fail with one error that names %s (number of workers: %s)', async (variable, workers) => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const env = { AGNO_PG_DSN: 'postgresql://x/y', AGNO_SERVICE_WORKERS: workers, [variable]: String(port) };
    const output = await startSessionService(env).then(outputAtEnd, (error: Error) => error.message);
    expect(output.match(/^.*EADDRINUSE.*$/gm)).toEqual([
      expect.stringMatching(`^${variable} cannot be used: .*EADDRINUSE.* 127\\.0\\.0\\.1:${port}$`),
    ]);
    expect(output).toMatch(/ended with 1/);
    other.close();
  });
});

/** The main port may respond for a moment before the management port fails. */
async function outputAtEnd(service: ServerProcess): Promise<string> {
  await until(async () => service.ended());
  return service.output();
}

describe('/metrics without a management port', () => {
  let service: ServerProcess;
  let opened: ServerProcess;
  let withTokens: ServerProcess;

  beforeAll(async () => {
    const database = await createScratchDatabase();
    await database.sql('CREATE SCHEMA ai');
    await storeAccounts(database.sql, [
      { name: 'reader', scopes: ['sessions:read'] },
      { name: 'scraper', scopes: ['metrics:read'] },
    ]);
    const env = { AGNO_PG_DSN: database.dsn };
    [service, opened, withTokens] = await Promise.all([
      startSessionService({ ...env, OS_SECURITY_KEY: 'key-of-the-operator' }),
      startSessionService({ ...env, OS_SECURITY_KEY: 'key-of-the-operator', AGNO_OPEN_ROUTES: 'docs,metrics' }),
      startSessionService({ ...env, JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256' }),
    ]);
  });
  afterAll(() => Promise.all([service.stop(), opened.stop(), withTokens.stop()]));

  it('requires the security key unless AGNO_OPEN_ROUTES lists metrics', async () => {
    expect((await call(service.baseUrl, '/metrics')).status).toBe(401);
    expect((await call(service.baseUrl, '/metrics', { headers: HEADERS })).status).toBe(200);
    expect((await call(opened.baseUrl, '/metrics')).status).toBe(200);
  });

  it.each([
    ['rejects a token without scopes', hs256Token({ sub: 'ada' }), 403],
    ['rejects a token with sessions:read', hs256Token({ sub: 'ada', scopes: ['sessions:read'] }), 403],
    ['accepts a token with metrics:read', hs256Token({ sub: 'ada', scopes: ['metrics:read'] }), 200],
    ['accepts the token of an admin', hs256Token({ sub: 'ada', scopes: 'agent_os:admin' }), 200],
    ['rejects a service account with sessions:read', 'agno_pat_reader', 403],
    ['accepts a service account with metrics:read', 'agno_pat_scraper', 200],
  ])('requires metrics:read or the admin scope even while AGNO_AUTHORIZATION is off: %s', async (_, token, status) => {
    const headers = { authorization: `Bearer ${token}` };
    // The second request takes the identity from the cache.
    for (let i = 0; i < 2; i++) expect((await call(withTokens.baseUrl, '/metrics', { headers })).status).toBe(status);
  });
});
