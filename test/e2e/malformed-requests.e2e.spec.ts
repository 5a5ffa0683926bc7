import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { PipeliningClient, serialiseRequest } from '../support/pipelining-client.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const LARGE_RUN = '/sessions/large/runs/r';
/** Size of a response in bytes, more than the kernel's socket buffers take. */
const LARGE = 12_000_000;
const INVALID_REQUEST = '{"detail":"Invalid HTTP request received."}';

describe('malformed requests', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  });
  afterAll(() => service.stop());

  async function ask(head: string, rest: string | Buffer = ''): Promise<string> {
    const connection = new RawConnection(service.baseUrl);
    const bytes = Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), Buffer.from(rest)]);
    const response = await connection.ask(bytes, 5_000);
    connection.close();
    return `${response?.status} ${response?.body}`;
  }

  it.each([
    ['a header without a colon', 'GET /sessions HTTP/1.1\r\nHost: x\r\nnothing'],
    ['NUL in a header', 'GET /sessions HTTP/1.1\r\nHost: x\r\nA: \0'],
    ['a missing Host header', 'GET /sessions HTTP/1.1'],
    ['an absolute URL without a Host header', 'GET http://x/sessions HTTP/1.1'],
    ['two Host headers', 'GET /sessions HTTP/1.1\r\nHost: x\r\nhost: x'],
    ['two Host headers in HTTP/1.0', 'GET /sessions HTTP/1.0\r\nHost: x\r\nHOST: y'],
    ['an unknown method', 'BREW /sessions HTTP/1.1\r\nHost: x'],
    ['an unencoded non-ASCII letter in the path', 'GET /sessions/\u00fc HTTP/1.1\r\nHost: x'],
    [
      'two different Content-Length headers',
      'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3',
    ],
    [
      'both Content-Length and Transfer-Encoding: chunked',
      'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked',
    ],
    ['a TLS handshake instead of HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ])('get 400 for %s', async (_, head) => {
    expect(await ask(head)).toBe(`400 ${INVALID_REQUEST}`);
  });

  it('get 400 when a chunk size is invalid, even while the route is reading the body', async () => {
    const head = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked';
    expect(await ask(head, 'zz\r\n{}\r\n0\r\n\r\n')).toBe(`400 ${INVALID_REQUEST}`);
  });

  it('get 431 when their request line is too long', async () => {
    const expected = '431 {"detail":"Request header fields too large"}';
    expect(await ask(`GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x`)).toBe(expected);
  });

  it('get 405 for CONNECT to a known path, and 404 for CONNECT to an unknown path', async () => {
    expect(await ask('CONNECT /sessions HTTP/1.1\r\nHost: x')).toBe('405 {"detail":"Method Not Allowed"}');
    expect(await ask('CONNECT elsewhere:443 HTTP/1.1\r\nHost: x')).toBe('404 {"detail":"Not Found"}');
  });

  it.each([
    ['GET /sessions?limit=5#x', 200],
    ['GET /sessions?limit=5#x?limit=x', 200],
    ['GET /sessions#?limit=x', 200],
    ['GET /sessions/#/nope', 200],
    ['GET /sessions?limit=5%23x', 422],
    ['GET /sessions/nope#/runs', 404, "Session with id 'nope' not found"],
    ['GET /sessions/nope%23x', 404, "Session with id 'nope#x' not found"],
    ['OPTIONS /sessions#x', 405],
    ['POST /sessions?type=agent#x', 201],
    ['POST /sessions#?type=x', 201],
    ['GET /healthz#x', 200],
    ['GET /#/sessions', 200, 'AgentOS session service'],
  ])(
    'are handled without the fragment of their URL; an escaped # is part of it: %s',
    async (line, status, detail = '') => {
      const response = await ask(`${line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0`);
      expect(response.slice(0, 3)).toBe(String(status));
      expect(response).toContain(detail);
    },
  );

  it('get their 400 while the client is still sending a body of 4 MB', async () => {
    for (let round = 0; round < 10; round++) {
      const head = 'POST /\u00fc HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000';
      expect(await ask(head, Buffer.alloc(4_000_000, 'a'))).toBe(`400 ${INVALID_REQUEST}`);
    }
  });

  it('do not replace the response to a valid request that precedes them on the connection', async () => {
    const good = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 0';
    expect(await ask(good, 'PATCH /sessions/a HTTP/1.1\r\n\r\n{"session_name":"smuggled"}')).toMatch(/^201 /);
  });

  it.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 404],
    ['an invalid request', 'none\r\n\r\n', 400],
  ])('get their response only after the large response to the previous request: %s', async (_, bytes, status) => {
    await storeLargeRun();
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(serialiseRequest('GET', LARGE_RUN) + bytes);
    await until(async () => client.socket.readableLength > 0);
    client.socket.resume();
    await until(async () => client.socket.closed);
    expect(client.statuses()).toEqual([200, status]);
    expect(client.text.length).toBeGreaterThan(LARGE);
  });

  it('add no error to a response that is already being sent', async () => {
    await storeLargeRun();
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(`GET ${LARGE_RUN} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    await until(async () => client.socket.readableLength > 0);
    client.send('zz\r\n');
    client.socket.resume();
    await until(async () => client.socket.closed);
    const [head = ''] = client.text.split('\r\n\r\n', 1);
    // In a chunked body the lines alternate between chunk sizes and data.
    const lines = client.text.slice(head.length + 4).split('\r\n');
    const body = lines
      .slice(0, lines.indexOf('0'))
      .filter((_, index) => index % 2 === 1)
      .join('');
    expect(JSON.parse(body)).toMatchObject({ run_id: 'r' });
  });

  async function storeLargeRun(): Promise<void> {
    const runs = [{ run_id: 'r', agent_id: 'a', content: 'x'.repeat(LARGE) }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'large', agent_id: 'a', runs } });
  }

  it('do not stop the service', async () => {
    expect((await call(service.baseUrl, '/sessions')).status).toBe(200);
  });
});
