import { once } from 'node:events';
import { lstatSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MirrorReport } from '../../apps/session-mirror/src/report/mirror-report.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { failMirrorProxy, startMirrorProxy } from '../support/mirror-process.js';
import { freePort } from '../support/ports.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

/** Number of concurrent requests, more than the comparison queue holds. */
const MANY = 400;

async function serve(listener: RequestListener): Promise<{ url: string; server: Server; close(): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

describe('the mirror proxy in front of Python', () => {
  let python: ServerProcess;
  let ours: ServerProcess;

  beforeAll(async () => {
    const database = await createScratchDatabase();
    [python, ours] = (await Promise.all([1, 2].map(() => startSessionService({ AGNO_PG_DSN: database.dsn })))) as [
      ServerProcess,
      ServerProcess,
    ];
    await call(python.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', agent_id: 'a' } });
  });
  afterAll(() => Promise.all([python.stop(), ours.stop()]));

  /** The response to a GET, without the headers that differ in every response. */
  const seen = async (baseUrl: string) => {
    const { status, headers, text } = await call(baseUrl, '/sessions/s');
    const kept = [...headers].filter(([name]) => !['x-request-id', 'date', 'connection', 'keep-alive'].includes(name));
    return { status, kept, text };
  };

  const equalSessions = (report: MirrorReport | undefined) =>
    report?.routes.find(({ route }) => route === 'GET /sessions/{session_id}')?.counts.equal;

  const severalTimes = (baseUrl: string) => Promise.all(Array.from({ length: MANY }, () => seen(baseUrl)));

  it('forwards requests to Python and compares the responses with those of our service', async () => {
    const proxy = await startMirrorProxy(python.baseUrl, ours.baseUrl);
    const direct = await seen(python.baseUrl);
    for (let times = 0; times < 20; times++) expect(await seen(proxy.baseUrl)).toEqual(direct);
    await call(proxy.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'through', agent_id: 'a' } });
    expect((await call(python.baseUrl, '/sessions/through')).status).toBe(200);
    const run = await proxy.stop();
    expect(run.exitCode).toBe(0);
    expect(run.report?.routes.map(({ route, counts }) => [route, counts.equal])).toContainEqual([
      'GET /sessions/{session_id}',
      20,
    ]);
    expect(run.report?.skipped).toEqual({ 'neither GET nor HEAD': 1 });
  });

  it('updates its reports while it runs, readable only by their owner, and leaves no other file', async () => {
    const proxy = await startMirrorProxy(python.baseUrl, ours.baseUrl);
    await seen(proxy.baseUrl);
    await until(async () => equalSessions(proxy.report()) === 1, 25_000);
    await seen(proxy.baseUrl);
    await until(async () => equalSessions(proxy.report()) === 2, 25_000);
    for (const name of ['report.json', 'report.html']) expect(lstatSync(proxy.path(name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(proxy.path('.')).sort()).toEqual(['report.html', 'report.json']);
    expect((await proxy.stop()).exitCode).toBe(0);
  });

  it('writes its report again after the file was moved away, and never overwrites a file of another program', async () => {
    const proxy = await startMirrorProxy(python.baseUrl, ours.baseUrl);
    renameSync(proxy.path('report.json'), proxy.path('moved'));
    await seen(proxy.baseUrl);
    await until(async () => equalSessions(proxy.report()) === 1, scaled(15_000));
    await until(async () => lstatSync(proxy.path('report.html')).size > 0);
    writeFileSync(proxy.path('kept'), 'untouched');
    rmSync(proxy.path('report.html'));
    symlinkSync('kept', proxy.path('report.html'));
    const run = await proxy.stop();
    expect(run.files).toMatchObject({ kept: 'untouched', 'report.html': '→ kept' });
    expect(run.stderr).toContain('report.html was replaced by another program');
    expect(run.exitCode).toBe(2);
    expect(equalSessions(run.report)).toBe(1);
  });

  it('prints the reason and writes no report when its port is already in use', async () => {
    const { port } = new URL(ours.baseUrl);
    const run = await failMirrorProxy(['--listen', port, '--python', python.baseUrl, '--ours', ours.baseUrl]);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('--listen: listen EADDRINUSE')]);
    expect(run.files).toEqual({});
  });

  it.each([
    ['hangs', (_: IncomingMessage) => undefined],
    ['resets its connections', (request: IncomingMessage) => request.socket.destroy()],
  ])(
    'returns the responses of Python unchanged while our service %s, and counts failed and dropped comparisons',
    async (_, behave) => {
      const broken = await serve(behave);
      const proxy = await startMirrorProxy(python.baseUrl, broken.url);
      const direct = await seen(python.baseUrl);
      expect(new Set((await severalTimes(proxy.baseUrl)).map((response) => JSON.stringify(response)))).toEqual(
        new Set([JSON.stringify(direct)]),
      );
      const run = await proxy.stop();
      await broken.close();
      const { error = 0, equal = 0 } = run.report?.total.counts ?? {};
      expect(equal).toBe(0);
      expect(error + (run.report?.dropped ?? 0)).toBeGreaterThanOrEqual(MANY);
      expect(run.exitCode).not.toBe(0);
    },
  );

  it('returns the responses of Python unchanged while our service is down', async () => {
    const proxy = await startMirrorProxy(python.baseUrl, `http://127.0.0.1:${await freePort()}`);
    const direct = await seen(python.baseUrl);
    for (let times = 0; times < 10; times++) expect(await seen(proxy.baseUrl)).toEqual(direct);
    const run = await proxy.stop();
    expect(run.report?.findings[0]).toMatchObject({ kind: 'error', place: 'ours: ECONNREFUSED' });
    expect(run.exitCode).toBe(1);
  });

  it('responds 502 when Python is down', async () => {
    const frail = await serve((_, response) => response.end('{}'));
    const proxy = await startMirrorProxy(frail.url, ours.baseUrl);
    await frail.close();
    expect(await call(proxy.baseUrl, '/sessions')).toMatchObject({
      status: 502,
      text: expect.stringContaining('detail'),
    });
    await proxy.stop();
  });
});

describe('the mirror proxy', () => {
  const requests: { request: IncomingMessage; body: string }[] = [];
  const events: (() => void)[] = [];
  let python: Awaited<ReturnType<typeof serve>>;
  let ours: Awaited<ReturnType<typeof serve>>;
  let proxy: Awaited<ReturnType<typeof startMirrorProxy>>;

  beforeAll(async () => {
    python = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push({ request, body });
      if (request.url === '/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        events.push(() => response.write('data: next\n\n'));
        events.push(() => response.end());
      } else if (request.url === '/sessions/zipped') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(gzipSync('{"a": 1}'));
      } else {
        response.writeHead(299, 'Odd', [
          ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Named', 'gone', 'Connection', 'X-Named'],
          ...['Content-Type', 'text/plain'],
        ]);
        response.end('odd');
      }
    });
    python.server.on('upgrade', (_request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.write(head);
      socket.pipe(socket);
    });
    ours = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}'));
    proxy = await startMirrorProxy(python.url, ours.url, '/sessions/zipped');
  });
  afterAll(() => Promise.all([python.close(), ours.close()]));

  it('keeps the status and repeated headers, and removes connection-specific headers', async () => {
    const reply = await call(proxy.baseUrl, '/odd?a=%2F+b&&', { headers: { 'x-own': 'kept', te: 'trailers' } });
    expect(reply.status).toBe(299);
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(reply.headers.get('x-named')).toBeNull();
    const { request } = requests.at(-1) ?? {};
    expect(request?.url).toBe('/odd?a=%2F+b&&');
    expect(request?.headers).toMatchObject({ 'x-own': 'kept', host: new URL(proxy.baseUrl).host });
    expect(request?.headers['te']).toBeUndefined();
    expect(request?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });

  it.each(['POST', 'DELETE'])('forwards the body of a %s with and without Content-Length', async (method) => {
    const text = 'x'.repeat(300_000);
    for (const body of [text, new Blob([text]).stream()]) {
      await fetch(`${proxy.baseUrl}/other`, { method, body, duplex: 'half' } as RequestInit);
      expect(requests.at(-1)?.body).toBe(text);
    }
  });

  it('forwards server-sent events as they arrive', async () => {
    const outgoing = httpRequest(`${proxy.baseUrl}/events`).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    events[0]?.();
    expect(String((await once(response, 'data'))[0])).toBe('data: next\n\n');
    events[1]?.();
    await once(response.resume(), 'end');
  });

  it('aborts the request to Python when the client disconnects', async () => {
    const outgoing = httpRequest(`${proxy.baseUrl}/events`).end();
    await once(outgoing, 'response');
    const upstream = requests.at(-1)?.request;
    outgoing.destroy();
    await until(async () => upstream?.socket.destroyed);
  });

  it('forwards the bytes of an upgraded connection in both directions', async () => {
    const outgoing = httpRequest(`${proxy.baseUrl}/ws`, { headers: { connection: 'Upgrade', upgrade: 'echo' } }).end();
    const [, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, NodeJS.ReadWriteStream];
    socket.write('ping');
    expect(String((await once(socket, 'data'))[0])).toBe('ping');
    socket.end();
  });

  it('responds 400 to bytes that are not HTTP', async () => {
    const connection = new RawConnection(proxy.baseUrl);
    expect((await connection.ask(Buffer.from('NO HTTP\r\n\r\n'), 5_000))?.status).toBe(400);
    connection.close();
  });

  it('compares compressed responses by their decoded content', async () => {
    const { report } = await proxy.stop();
    expect(report?.total.counts).toMatchObject({ different: 0, error: 0 });
    expect(report?.total.counts.equal).toBeGreaterThan(0);
  });
});
