import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import { childrenOf } from '../support/child-process.js';
import { RawConnection } from '../support/raw-http.js';
import { describeGateways, useEchoGateway } from './echo-gateway.js';
import type { ReceivedRequest } from './upstream.js';

const UPLOAD_BYTES = 200_000_000;
const CHUNK = Buffer.alloc(1_000_000, 'x');
/** More than the socket buffers between a client and a server hold. */
const LARGE_RESPONSE = Buffer.alloc(14_000_000, 'x');
const UUID_OR_HEX = /^[0-9a-f-]{32,36}$/;

describeGateways('forwarding', (proxy) => {
  const gateway = useEchoGateway(proxy);
  const receivedBy = async (path: string, headers: Record<string, string> = {}): Promise<ReceivedRequest> =>
    (await call(gateway.baseUrl, path, { headers })).json;

  it('passes server-sent events on one by one', async () => {
    let send: (event: string) => void = () => undefined;
    gateway.agentos.handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send = (event) => response.write(`data: ${event}\n\n`);
      send('1');
    };
    const response = await fetch(`${gateway.baseUrl}/agents/a/runs`, { method: 'POST', body: '{}' });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    // Each event is sent only after the client has received the one before it.
    for (const event of ['1', '2', '3']) {
      expect((await reader?.read())?.value).toBe(`data: ${event}\n\n`);
      send(String(Number(event) + 1));
    }
    await reader?.cancel();
  });

  it.for(['before', 'after'])('does not cut streamed responses that begin %s the body is read', async (begin) => {
    gateway.agentos.handler = (request, response) => {
      const respond = () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
        setTimeout(() => response.end('data: 2\n\n'), 5);
      };
      if (begin === 'before') respond();
      else request.resume().once('end', respond);
    };
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const post = async () => {
      const request = httpRequest(`${gateway.baseUrl}/agents/a/runs`, { method: 'POST', agent }).end('{}');
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return (await response.toArray()).join('');
    };
    // Caddy once cut one in a thousand.
    for (let batch = 0; batch < 60; batch++) {
      const responses = Array.from({ length: 30 }, post);
      expect(new Set(await Promise.all(responses))).toEqual(new Set(['data: 1\n\ndata: 2\n\n']));
    }
  });

  it('upgrades WebSockets to AgentOS', async () => {
    gateway.agentos.server.once('upgrade', (_request: IncomingMessage, socket: Socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      );
      socket.pipe(socket);
    });
    const client = connect(Number(new URL(gateway.baseUrl).port), '127.0.0.1');
    onTestFinished(() => void client.destroy());
    let received = '';
    client.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    client.write(
      'GET /workflows/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await until(async () => received.includes('\r\n\r\n'));
    expect(received).toMatch(/^HTTP\/1.1 101 /);
    client.write('hello');
    await until(async () => received.endsWith('hello'));
  });

  it.for<[string, Record<string, number>]>([
    ['with its length', { 'content-length': UPLOAD_BYTES }],
    ['in chunks', {}],
  ])('streams an upload of 200 MB to AgentOS: %s', async ([_, headers]) => {
    let bytes = 0;
    const arrived = new Promise<IncomingMessage>((resolve) => {
      gateway.agentos.handler = (request, response) => {
        request.once('end', () => response.end('received'));
        resolve(request);
      };
    });
    const upload = httpRequest(`${gateway.baseUrl}/agents/a/runs`, { method: 'POST', headers });
    const responded = once(upload, 'response') as Promise<[IncomingMessage]>;
    upload.write(CHUNK);
    // The request arrives although most of its body has not been sent.
    (await arrived).on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await pipeline(
      Array.from({ length: UPLOAD_BYTES / CHUNK.length - 1 }, () => CHUNK),
      upload,
    );
    const [response] = await responded;
    expect((await response.toArray()).join('')).toBe('received');
    expect(bytes).toBe(UPLOAD_BYTES);
    expect(await peakMemory(gateway.pid)).toBeLessThan(UPLOAD_BYTES / 2);
  });

  it.skipIf(proxy === 'haproxy')('frees the session service from slow readers', async () => {
    const [sessions] = gateway.sessions;
    let isSent = false;
    if (sessions === undefined) throw new Error('no session service');
    sessions.handler = (_request, response) => {
      response.end(LARGE_RESPONSE, () => {
        isSent = true;
      });
    };
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    // Reads the head of the response at most.
    const [response] = (await once(get(`${gateway.baseUrl}/sessions`, { agent }), 'response')) as [IncomingMessage];
    await until(async () => isSent);
    const body = Buffer.concat(await response.toArray());
    expect(body.equals(LARGE_RESPONSE)).toBe(true);
  });

  it('does not compress responses or change their entity tags', async () => {
    const [sessions] = gateway.sessions;
    const text = JSON.stringify({ data: 'x'.repeat(10_000) });
    if (sessions === undefined) throw new Error('no session service');
    sessions.handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', etag: '"strong"' }).end(text);
    };
    const response = await call(gateway.baseUrl, '/sessions', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(response.headers.get('etag')).toBe('"strong"');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.text).toBe(text);
  });

  it.for(['/sessions', '/agents'])('sends host, request id and client address to the server of %s', async (path) => {
    const { host } = new URL(gateway.baseUrl);
    const { headers } = await receivedBy(path);
    expect(headers).toMatchObject({
      host,
      'x-request-id': expect.stringMatching(UUID_OR_HEX),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
    });
    const { headers: next } = await receivedBy(path);
    expect(next['x-request-id']).not.toBe(headers['x-request-id']);
  });

  it.for(['/sessions', '/agents'])(
    'keeps request id, and what a proxy in front has forwarded, for %s',
    async (path) => {
      const { headers } = await receivedBy(path, {
        'x-request-id': 'client-1',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-host': 'chat.example',
        'x-forwarded-proto': 'https',
        authorization: 'Bearer t',
      });
      expect(headers).toMatchObject({
        'x-request-id': 'client-1',
        'x-forwarded-for': '203.0.113.7, 127.0.0.1',
        'x-forwarded-host': 'chat.example',
        'x-forwarded-proto': 'https',
        authorization: 'Bearer t',
      });
    },
  );

  it('accepts larger headers than the session service', async () => {
    const connection = new RawConnection(gateway.baseUrl);
    onTestFinished(() => connection.close());
    const lines = Array.from({ length: 950 }, (_, index) => `X-${index}: ${'v'.repeat(10)}\r\n`).join('');
    const head = `GET /sessions?x=${'q'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\nCookie: ${'c'.repeat(17_000)}\r\n${lines}\r\n`;
    const response = await connection.ask(Buffer.from(head), 10_000);
    expect(response?.status, response?.body).toBe(200);
  });

  it('names no version in its own errors', async () => {
    for (const request of [
      `GET /sessions HTTP/1.1\r\nHost: x\r\nCookie: ${'c'.repeat(300_000)}\r\n\r\n`,
      'GET /sessions/%zz HTTP/1.1\r\nHost: x\r\n\r\n',
      'nonsense\r\n\r\n',
    ]) {
      const connection = new RawConnection(gateway.baseUrl);
      const response = await connection.ask(Buffer.from(request), 10_000);
      connection.close();
      const head = [...(response?.headers ?? [])].flat().join('\n');
      expect(`${head}\n${response?.body}`).not.toMatch(/(nginx|haproxy|caddy)\/?\s?v?\d/i);
    }
  });

  it.for([
    ['the session service', '/sessions', 5],
    // uvicorn closes kept connections without notice: see closed-by-agentos.spec.ts.
    ['AgentOS', '/agents', 50],
  ] as const)('reuses connections of clients, and at most the expected ones to %s', async ([, path, maximum]) => {
    const [sessions] = gateway.sessions;
    const upstream = path === '/sessions' ? sessions : gateway.agentos;
    for (let client = 0; client < 5; client++) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      const sockets = new Set<Socket>();
      for (let index = 0; index < 10; index++) {
        const request = get(gateway.baseUrl + path, { agent }).on('socket', (socket) => sockets.add(socket));
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        await response.toArray();
      }
      expect(sockets.size).toBe(1);
    }
    expect(upstream?.received.length).toBe(50);
    // One for each client, or for each worker process of the proxy.
    expect(upstream?.connections.size).toBeLessThanOrEqual(maximum);
  });
});

/** The most memory in bytes that a process of the proxy ever had. */
async function peakMemory(pid: number): Promise<number> {
  const children = await childrenOf(pid);
  const pids = [...children, ...(await Promise.all(children.map(childrenOf))).flat()];
  const peaks = pids.map((id) => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]));
  return Math.max(...peaks) * 1_024;
}
