import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';
import { currentResponse } from './node-internals.js';
import { allowedMethod } from './paths.js';

/** Time in milliseconds that a client gets to read an error response before its connection is destroyed. */
const FLUSH_TIMEOUT_MS = 2_000;

/** AgentOS's response to a request that is not valid HTTP. */
const INVALID_REQUEST = 'Invalid HTTP request received.';

const TIMEOUT_CODE = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Responses by Node's error code. Every other code gets 400. */
const CLIENT_ERROR_RESPONSES: Readonly<Record<string, [status: number, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request header fields too large'],
  [TIMEOUT_CODE]: [408, 'The request did not arrive in time'],
};

/**
 * Responds to errors of the HTTP parser, which no route or hook sees, and closes the connection: 400 for bytes that are
 * not HTTP, 408 for an incomplete request, 431 for a head that is too large.
 */
export function onClientError(error: { readonly code?: string }, socket: Duplex): void {
  // The parser reports another error for each chunk that arrives while the response is being sent.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  afterEarlierResponse(socket, () =>
    writeAndClose(socket, ...(CLIENT_ERROR_RESPONSES[error.code ?? ''] ?? [400, INVALID_REQUEST])),
  );
}

/** Responds 408 to an incomplete request, unless an earlier request of the connection is still being answered. */
export function timeOutIncompleteRequest(socket: Duplex): void {
  if (earlierResponse(socket) === undefined) onClientError({ code: TIMEOUT_CODE }, socket);
}

/** Requests whose clients wait for `100 Continue` before they send the body. */
const awaitingContinue = new WeakMap<IncomingMessage, ServerResponse>();

/** Lets the client send its body, if it waits for `100 Continue`. Call it when the request may only fail for its body. */
export function sendContinue(request: IncomingMessage): void {
  awaitingContinue.get(request)?.writeContinue();
}

/**
 * Replaces two of Node's responses, which have no body: CONNECT gets 404 or 405 like any other wrong method, and an
 * unknown `Expect` header is ignored instead of rejected with 417. Node's `100 Continue` is sent later, by `sendContinue`.
 */
export function handleConnectAndExpect(fastify: FastifyInstance): void {
  const { server } = fastify;
  server.on('checkContinue', (request, response) => {
    awaitingContinue.set(request, response);
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    // After `connect` Node handles neither errors nor backpressure of the connection, even while it sends a response.
    socket.on('error', () => undefined).on('drain', () => currentResponse(socket)?.emit('drain'));
    const allow = allowedMethod(url, fastify);
    afterEarlierResponse(socket, () => {
      if (allow === undefined) writeAndClose(socket, 404, 'Not Found');
      else writeAndClose(socket, 405, 'Method Not Allowed', `Allow: ${allow}`);
    });
  });
}

/**
 * Responds 400 to HTTP/1.1 requests without Host and to all with several, of which Node keeps the first: a proxy may route
 * by another one (RFC 9112, section 3.2). Node's own check would send no body.
 */
export function requireOneHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { rawHeaders, httpVersion } }, _reply, done) => {
    const hosts = countHosts(rawHeaders);
    if (hosts === 1 || (hosts === 0 && httpVersion !== '1.1')) done();
    else done(problem(400, INVALID_REQUEST));
  });
}

/** @param rawHeaders names and values in turn */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

/** Runs `respond` when all earlier requests of the connection are answered. */
function afterEarlierResponse(socket: Duplex, respond: () => void): void {
  const earlier = earlierResponse(socket);
  if (earlier === undefined) {
    if (socket.writable) respond();
    return;
  }
  // Stops reading: further input would be rejected as well, and would be buffered until the response is sent.
  socket.pause();
  earlier.once('close', () => afterEarlierResponse(socket, respond));
}

/** A response that must be sent first, because its request is complete or its head is already sent. */
function earlierResponse(socket: Duplex): ServerResponse | undefined {
  const response = currentResponse(socket);
  return response?.req.complete || response?.headersSent ? response : undefined;
}

/** Writes a response without Node's ServerResponse and closes the connection, after FLUSH_TIMEOUT_MS at the latest. */
function writeAndClose(socket: Duplex, status: number, sentence: string, ...headers: string[]): void {
  const { body } = problem(status, sentence);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  const timer = setTimeout(() => socket.destroy(), FLUSH_TIMEOUT_MS);
  socket.on('error', () => undefined);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
