import { once } from 'node:events';
import { get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { send } from '../support/plain-request.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { describeGateways } from './echo-gateway.js';
import { startGateway } from './gateway-process.js';
import { Upstream } from './upstream.js';

const CLIENTS = 8;
/** Ids whose encoding a proxy must not change. */
const IDS = ['a%2Fb', '%25', '%252F', '..%20', 'a+b', '%C3%A4', 'media', '%3F%23', 'a%0Ab'];

describeGateways('the session service', (proxy) => {
  let env: Record<string, string>;
  let agentos: Upstream;
  let services: ServerProcess[];
  let gateway: ServerProcess;

  beforeAll(async () => {
    const database = await createScratchDatabase();
    env = {
      AGNO_PG_DSN: database.dsn,
      AGNO_TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'info',
      AGNO_EXPLORER: 'true',
    };
    agentos = await Upstream.start('AgentOS');
    services = await Promise.all([startSessionService(env), startSessionService(env)]);
    gateway = await startGateway(proxy, {
      sessions: services.map(({ baseUrl }) => baseUrl),
      agentos: agentos.baseUrl,
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await Promise.all([...(services ?? []), ...(agentos ? [agentos] : [])].map((server) => server.stop()));
  });

  it.for(IDS)('finds the session with the encoded id %s', async (encoded) => {
    const id = decodeURIComponent(encoded);
    await call(gateway.baseUrl, '/sessions', { method: 'POST', body: { session_id: id, agent_id: 'a' } });
    const direct = await call(services[0]?.baseUrl ?? '', `/sessions/${encoded}`);
    const response = await call(gateway.baseUrl, `/sessions/${encoded}`);
    expect([response.status, response.text]).toEqual([direct.status, direct.text]);
  });

  it('serves the explorer, compressed, with its long queries and without a token', async () => {
    const query = `session=${'x'.repeat(10_000)}%2F%25`;
    const redirect = await send(gateway, `/explorer?${query}`);
    expect([redirect.status, redirect.headers.location]).toEqual([308, `/explorer/?${query}`]);
    const page = await send(gateway, `/explorer/?${query}`, { 'accept-encoding': 'br' });
    expect([page.status, page.headers['content-encoding']]).toEqual([200, 'br']);
    const html = brotliDecompressSync(page.body).toString();
    const [, script = ''] = /<script [^>]*src="\.\/([^"]+)"/.exec(html) ?? [];
    const direct = await send(services[0] ?? gateway, `/explorer/${script}`, { 'accept-encoding': 'br' });
    const asset = await send(gateway, `/explorer/${script}`, { 'accept-encoding': 'br' });
    expect([asset.status, asset.headers.etag, asset.body]).toEqual([200, direct.headers.etag, direct.body]);
    expect((await call(gateway.baseUrl, '/explorer/whoami')).json).toMatchObject({ mode: 'none' });
    expect((await send(gateway, '/explorer/..%2fpackage.json')).status).toBe(404);
  });

  it('logs the address of the client', async () => {
    // All addresses of 127.0.0.0/8 are local on Linux.
    const request = get(`${gateway.baseUrl}/sessions`, {
      localAddress: '127.0.0.2',
      headers: { 'x-request-id': 'from-afar', 'x-forwarded-for': '203.0.113.7' },
    });
    await once(request, 'response');
    const lines = () => services.flatMap((service) => service.output().split('\n'));
    const logged = () => lines().find((line) => line.includes('from-afar')) ?? '{}';
    await expect.poll(() => JSON.parse(logged())).toMatchObject({ remote_ip: '127.0.0.2' });
  });

  it('passes on the rejection of headers and bodies that are too large', async () => {
    const headers = await call(gateway.baseUrl, '/sessions', { headers: { 'x-large': 'x'.repeat(17_000) } });
    expect([headers.status, headers.json]).toEqual([431, { detail: expect.any(String) }]);
    const body = { session_id: 'x'.repeat(17_000_000) };
    const response = await call(gateway.baseUrl, '/sessions', { method: 'POST', body });
    expect([response.status, response.json]).toEqual([413, { detail: expect.any(String) }]);
  });

  it.skipIf(proxy !== 'nginx')('fails no request while its instances restart one after the other', async () => {
    let isDone = false;
    let requests = 0;
    const failures: string[] = [];
    const client = async (name: number) => {
      for (let index = 0; !isDone; index++) {
        const method = ['GET', 'POST', 'DELETE'][index % 3] ?? 'GET';
        const id = `load-${name}-${Math.floor(index / 3)}`;
        const path = method === 'DELETE' ? `/sessions/${id}` : '/sessions';
        const body = method === 'POST' ? { session_id: id, agent_id: 'a' } : undefined;
        const status = await call(gateway.baseUrl, path, { method, body }).then(
          (response) => response.status,
          (error: Error) => error.message,
        );
        requests++;
        if (![200, 201, 204].includes(Number(status))) failures.push(`${method}: ${status}`);
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, index) => client(index));
    for (const [index, service] of services.entries()) {
      const { port } = new URL(service.baseUrl);
      expect(await service.stop()).toBe(0);
      services[index] = await startSessionService({ ...env, AGNO_SERVICE_PORT: port });
    }
    isDone = true;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(CLIENTS);
  });
});
