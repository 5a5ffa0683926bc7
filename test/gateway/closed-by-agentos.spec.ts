import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServerProcess } from '../support/child-process.js';
import { describeGateways } from './echo-gateway.js';
import { startGateway } from './gateway-process.js';
import { Upstream } from './upstream.js';

describeGateways('an AgentOS that has failed', (proxy) => {
  let agentos: Upstream;
  let gateway: ServerProcess;

  beforeAll(async () => {
    agentos = await Upstream.start('AgentOS');
    gateway = await startGateway(proxy, { sessions: [agentos.baseUrl], agentos: agentos.baseUrl });
  });
  afterAll(async () => {
    await gateway?.stop();
    await agentos?.stop();
  });

  // As uvicorn does: it sends the response of an exception, logs the exception, and then closes the connection.
  it.for(['GET', 'POST'])('serves a %s after a 500, whose connection is closed later', async (method) => {
    const failed = new WeakSet<Socket>();
    agentos.handler = ({ url, socket }, response) => {
      if (failed.has(socket)) socket.destroy();
      else if (url !== '/fails') response.end('{}');
      else {
        failed.add(socket);
        response.writeHead(500, { 'content-length': 2 }).end('{}');
      }
    };
    for (let round = 0; round < 5; round++) {
      expect((await fetch(`${gateway.baseUrl}/fails`)).status).toBe(500);
      expect((await fetch(`${gateway.baseUrl}/agents`, { method })).status).toBe(200);
    }
  });
});
