import { afterAll, expect, it } from 'vitest';
import { RawConnection } from '../support/raw-http.js';
import { describeGateways, useEchoGateway } from './echo-gateway.js';
import { ROUTING_CASES } from './routing-cases.js';
import type { ReceivedRequest } from './upstream.js';

describeGateways('routing', (proxy) => {
  const gateway = useEchoGateway(proxy);
  let connection: RawConnection | undefined;
  afterAll(() => connection?.close());

  const ask = (method: string, target: string) => {
    connection ??= new RawConnection(gateway.baseUrl);
    return connection.ask(Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`), 10_000);
  };

  it.for(ROUTING_CASES)('%s %s: %s', async ([method, target, route]) => {
    const response = await ask(method, target);
    if (route === 'unroutable') {
      expect(response?.status).toBeOneOf([400, 404]);
      if (response?.status === 404) expect(response.body).toBe('{"detail":"Not Found"}');
      return;
    }
    expect(response?.status, response?.body).toBe(200);
    const { upstream, url, method: received } = JSON.parse(response?.body ?? '') as ReceivedRequest;
    expect({ upstream, url, received }).toEqual({ upstream: route, url: target, received: method });
  });
});
