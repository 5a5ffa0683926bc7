import { expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import { freePort } from '../support/ports.js';
import { RawConnection } from '../support/raw-http.js';
import { describeGateways, useEchoGateway } from './echo-gateway.js';
import { startGateway } from './gateway-process.js';

describeGateways('two session services', (proxy) => {
  const gateway = useEchoGateway(proxy, 2);
  const counts = () => gateway.sessions.map(({ received }) => received.length);

  it('prefers the one with fewer requests', async () => {
    const [first, second] = gateway.sessions;
    const held: (() => void)[] = [];
    for (const upstream of gateway.sessions) {
      upstream.handler = (request, response) => {
        if (request.url === '/sessions/held') held.push(() => response.end());
        else response.end();
      };
    }
    const waiting = call(gateway.baseUrl, '/sessions/held');
    await until(async () => held.length === 1);
    const isFirstBusy = first?.received.length === 1;
    for (let index = 0; index < 6; index++) await call(gateway.baseUrl, '/sessions');
    expect((isFirstBusy ? second : first)?.received.length).toBe(6);
    held[0]?.();
    await waiting;
  });

  it.for([
    ['POST', '/sessions', '{}'],
    ['PATCH', '/sessions/a', '{}'],
    ['POST', '/agents/a/runs', '{}'],
    ['DELETE', '/memories/m', ''],
    // Go repeats a read if a kept connection closes: https://pkg.go.dev/net/http#Transport
    ...(proxy === 'caddy' ? [] : [['GET', '/agents', '']]),
  ])('never repeats a request whose response was lost: %s %s', async ([method, path = '', body = '']) => {
    // For a second, the proxies remember the response that was lost in the test before.
    await until(async () => (await call(gateway.baseUrl, path)).status === 200);
    for (const upstream of [...gateway.sessions, gateway.agentos]) {
      upstream.reset();
      upstream.handler = (request) => void request.resume().once('end', () => request.socket.destroy());
    }
    // A new connection: HAProxy closes a kept one instead of responding.
    const connection = new RawConnection(gateway.baseUrl);
    onTestFinished(() => connection.close());
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
    const response = await connection.ask(Buffer.from(head + body), 10_000);
    expect(response?.status).toBe(502);
    expect(response?.body).toMatch(/^{"detail":".*"}$/);
    const [first = 0, second = 0] = counts();
    expect(first + second + gateway.agentos.received.length).toBe(1);
  });
});

describeGateways('an unreachable server', (proxy) => {
  const gateway = useEchoGateway(proxy);

  it('passes over a session service that cannot be reached', async () => {
    const sessions = [`http://127.0.0.1:${await freePort()}`, ...gateway.sessions.map(({ baseUrl }) => baseUrl)];
    const second = await startGateway(proxy, { sessions, agentos: gateway.agentos.baseUrl });
    // Caddy before 2.11.2 has closed the body by then: https://github.com/caddyserver/caddy/pull/7547
    const body = proxy === 'caddy' ? undefined : {};
    const send = async (method: string) => (await call(second.baseUrl, '/sessions', { method, body })).status;
    const statuses = await Promise.all(['POST', 'POST', 'DELETE', 'PATCH', 'POST', 'DELETE'].map(send));
    await second.stop();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it.for([
    ['AgentOS', '/agents', '/sessions'],
    ['session-service', '/sessions', '/agents'],
  ])(
    'costs only the routes of %s an error, in JSON, until it is up again',
    async ([name = '', path = '', otherPath = '']) => {
      const upstream = name === 'AgentOS' ? gateway.agentos : gateway.sessions[0];
      await upstream?.stop();
      const response = await call(gateway.baseUrl, path);
      expect(response.status).toBeOneOf([502, 503]);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.json).toEqual({ detail: proxy === 'caddy' ? expect.any(String) : `${name} cannot be reached` });
      expect((await call(gateway.baseUrl, otherPath)).status).toBe(200);

      await upstream?.listen();
      await until(async () => (await call(gateway.baseUrl, path)).status === 200);
    },
  );
});
