import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { PipeliningClient, serialiseRequest } from '../support/pipelining-client.js';
import { RawConnection } from '../support/raw-http.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const LARGE_RUN = '/sessions/large/runs/r';
/** More than the kernel takes off the service's hands. */
const LARGE = 12_000_000;
const NO_REQUEST = '{"detail":"Invalid HTTP request received."}';

describe('bytes that are no request', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  });
  afterAll(() => service.stop());

  async function ask(head: string, rest: string | Buffer = ''): Promise<string> {
    const connection = new RawConnection(service.baseUrl);
    const bytes = Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), Buffer.from(rest)]);
    const answer = await connection.ask(bytes, 5_000);
    connection.close();
    return `${answer?.status} ${answer?.body}`;
  }

  it.each([
    ['a header without a colon', 'GET /sessions HTTP/1.1\r\nHost: x\r\nnothing'],
    ['NUL in a header', 'GET /sessions HTTP/1.1\r\nHost: x\r\nA: \0'],
    ['no Host', 'GET /sessions HTTP/1.1'],
    ['an unknown method', 'BREW /sessions HTTP/1.1\r\nHost: x'],
    ['a letter in the path that is not encoded', 'GET /sessions/\u00fc HTTP/1.1\r\nHost: x'],
    ['two lengths', 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3'],
    ['a length and chunks', 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked'],
    ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ])('%s: 400', async (_, head) => {
    expect(await ask(head)).toBe(`400 ${NO_REQUEST}`);
  });

  it('a chunk without a size: 400, though its route waits for the rest of the body', async () => {
    const head = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked';
    expect(await ask(head, 'zz\r\n{}\r\n0\r\n\r\n')).toBe(`400 ${NO_REQUEST}`);
  });

  it('too long a head: 431', async () => {
    const answer = '431 {"detail":"Request header fields too large"}';
    expect(await ask(`GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x`)).toBe(answer);
  });

  it('a tunnel: 405 or 404, like any method that a path does not have', async () => {
    expect(await ask('CONNECT /sessions HTTP/1.1\r\nHost: x')).toBe('405 {"detail":"Method Not Allowed"}');
    expect(await ask('CONNECT elsewhere:443 HTTP/1.1\r\nHost: x')).toBe('404 {"detail":"Not Found"}');
  });

  it('an answer reaches a client that still sends what was refused', async () => {
    for (let round = 0; round < 10; round++) {
      const head = 'POST /\u00fc HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000';
      expect(await ask(head, Buffer.alloc(4_000_000, 'a'))).toBe(`400 ${NO_REQUEST}`);
    }
  });

  it('what follows a good request does not take its answer', async () => {
    const good = 'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 0';
    expect(await ask(good, 'PATCH /sessions/a HTTP/1.1\r\n\r\n{"session_name":"smuggled"}')).toMatch(/^201 /);
  });

  it.each([
    ['that is a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 404],
    ['that is none', 'none\r\n\r\n', 400],
  ])('a request %s, behind a large answer: after it', async (_, bytes, status) => {
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

  it('what is refused of a request that is being answered is not written into its answer', async () => {
    await storeLargeRun();
    const client = new PipeliningClient(service.baseUrl);
    client.socket.pause();
    client.send(`GET ${LARGE_RUN} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    await until(async () => client.socket.readableLength > 0);
    client.send('zz\r\n');
    client.socket.resume();
    await until(async () => client.socket.closed);
    const [head = ''] = client.text.split('\r\n\r\n', 1);
    // Of chunks every second line is a part of the body.
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

  it('the service goes on', async () => {
    expect((await call(service.baseUrl, '/sessions')).status).toBe(200);
  });
});
