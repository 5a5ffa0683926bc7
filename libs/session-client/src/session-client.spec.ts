import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collect } from '../../../test/support/collect.js';
import { SessionApiError, SessionClient, type SessionClientOptions, SessionConnectionError } from './index.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const QUICK = { baseDelayMs: 1 };
const PAGE = JSON.stringify({ data: [{ session_id: 's1', session_name: '' }], meta: { next_cursor: null } });

const ok: Handler = (_request, response) => void response.writeHead(200).end(PAGE);
const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response.writeHead(code, headers).end('{"detail":"Not now"}');
const reset: Handler = ({ socket }) => void socket.destroy();
const cut: Handler = ({ socket }, response) => {
  response.writeHead(200, { 'content-length': PAGE.length }).write(PAGE.slice(0, 20), () => socket.destroy());
};

const read = (client: SessionClient) => collect(client.sessions());
const search = (client: SessionClient) => collect(client.search({}));
const create = (client: SessionClient) => client.post('/sessions', { body: { session_name: 'Trip' } });

describe('SessionClient', () => {
  it.each([
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['a lost connection', reset],
    ['a body that ends early', cut],
  ])('repeats reads after %s', async (_name, failure) => {
    for (const request of [read, search]) {
      const { client, requests } = await startServer([failure, failure, ok]);
      expect(await request(client)).toEqual([{ session_id: 's1', session_name: '' }]);
      expect(requests).toHaveLength(3);
    }
  });

  it.each([
    ['502', status(502, { 'retry-after': '0' }), { status: 502 }],
    ['503 without Retry-After, which a proxy may send', status(503), { status: 503 }],
    ['504', status(504, { 'retry-after': '0' }), { status: 504 }],
    ['a lost connection', reset, { name: 'SessionConnectionError' }],
    ['a body that ends early', cut, { name: 'SessionConnectionError' }],
  ])('repeats no write after %s', async (_name, failure, expected) => {
    const { client, requests } = await startServer([failure, ok]);
    await expect(create(client)).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  it.each([429, 503])('repeats a write with its body after %d with Retry-After, not before that time', async (code) => {
    const { client, requests } = await startServer([status(code, { 'retry-after': '1' }), ok]);
    await create(client);
    const [first, second] = requests;
    expect(second?.body).toBe('{"session_name":"Trip"}');
    // A timer may fire a millisecond early.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(999);
  });

  it('waits until a Retry-After that is a date', async () => {
    const past = new Date(0).toUTCString();
    const { client, requests } = await startServer([status(503, { 'retry-after': past }), ok]);
    await create(client);
    expect(requests).toHaveLength(2);
  });

  it('rejects with the last response after the maximum of attempts', async () => {
    const failure = status(503, { 'retry-after': '0', 'x-request-id': 'abc' });
    const { client, requests } = await startServer([failure, failure, failure, ok], { maxAttempts: 3, ...QUICK });
    await expect(read(client)).rejects.toMatchObject({
      name: 'SessionApiError',
      message: 'GET /sessions responded 503: Not now',
      status: 503,
      detail: 'Not now',
      requestId: 'abc',
      retryAfterMs: 0,
    });
    expect(requests).toHaveLength(3);
  });

  it('rejects at once when the server demands a longer delay than allowed', async () => {
    const { client, requests } = await startServer([status(503, { 'retry-after': '3600' })]);
    await expect(read(client)).rejects.toMatchObject({ status: 503, retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(1);
  });

  it.each([401, 404, 409, 422, 500])('repeats nothing after %d', async (code) => {
    const { client, requests } = await startServer([status(code, { 'retry-after': '0' }), ok]);
    await expect(read(client)).rejects.toBeInstanceOf(SessionApiError);
    expect(requests).toHaveLength(1);
  });

  it('rejects with the cause when the connection stays lost', async () => {
    const { client } = await startServer([reset, reset], { maxAttempts: 2, ...QUICK });
    const error = await read(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionConnectionError);
    expect(error).toMatchObject({ message: 'GET /sessions got no complete response', cause: expect.any(TypeError) });
  });

  it('rejects with the reason of the signal while a request is unanswered', async () => {
    const abort = new AbortController();
    const { client, requests } = await startServer([() => abort.abort(new Error('left the page'))]);
    const creation = client.post('/sessions', { body: {}, signal: abort.signal });
    await expect(creation).rejects.toThrow('left the page');
    expect(requests).toHaveLength(1);
  });

  it('passes the signal of a list to its requests', async () => {
    const abort = new AbortController();
    const { client, requests } = await startServer([() => abort.abort(new Error('left the page'))]);
    await expect(collect(client.sessions({}, { signal: abort.signal }))).rejects.toThrow('left the page');
    expect(requests).toHaveLength(1);
  });

  it('rejects with the reason of the signal while it waits before the next attempt', async () => {
    const abort = new AbortController();
    const retry = { maxDelayMs: 3_600_000 };
    const { client, requests } = await startServer([status(503, { 'retry-after': '3600' })], retry, {
      fetch: async (request) => {
        const response = await fetch(request);
        // By then the client has read the body, and waits.
        setTimeout(() => abort.abort(new Error('left the page')), 50);
        return response;
      },
    });
    const deletion = client.delete('/sessions/{session_id}', {
      params: { path: { session_id: 's1' } },
      signal: abort.signal,
    });
    await expect(deletion).rejects.toThrow('left the page');
    expect(requests).toHaveLength(1);
  });

  it('sends a current token with each request', async () => {
    let calls = 0;
    const { client, requests } = await startServer([ok, ok], QUICK, { token: async () => `token-${++calls}` });
    await read(client);
    await read(client);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('resolves with a 304 that the caller has asked for', async () => {
    const { client } = await startServer([
      (_request, response) => void response.writeHead(304, { etag: 'W/"1"' }).end(),
    ]);
    const headers = { 'if-none-match': 'W/"1"' };
    const { data, response } = await client.api.GET('/sessions', { headers });
    expect([response.status, response.headers.get('etag'), data]).toEqual([304, 'W/"1"', undefined]);
  });

  it('rejects a list of a server without cursors, instead of ending after its first page', async () => {
    const { client } = await startServer([
      (_request, response) => void response.end('{"data": [], "meta": {"page": 1}}'),
    ]);
    await expect(read(client)).rejects.toThrow('does not support cursors');
  });

  it('reports a response that is no JSON by its status', async () => {
    const { client } = await startServer([(_request, response) => void response.writeHead(403).end('<html>')]);
    await expect(read(client)).rejects.toMatchObject({ status: 403, detail: 'Forbidden', issues: [] });
  });
});

interface ReceivedRequest {
  readonly authorization: string | undefined;
  readonly body: string;
  readonly atMs: number;
}

/** A server that answers its requests with the handlers, in order. */
async function startServer(
  handlers: readonly Handler[],
  retry: SessionClientOptions['retry'] = QUICK,
  options: Partial<SessionClientOptions> = {},
): Promise<{ client: SessionClient; requests: readonly ReceivedRequest[] }> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const atMs = performance.now();
    const chunks: Buffer[] = await collect(request);
    requests.push({ authorization: request.headers.authorization, body: Buffer.concat(chunks).toString(), atMs });
    handlers[requests.length - 1]?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { client: new SessionClient({ baseUrl: `http://127.0.0.1:${port}`, retry, ...options }), requests };
}
