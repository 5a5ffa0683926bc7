import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';
import { allowedMethod } from './paths.js';
import { currentResponse } from './pipelining.js';

/** How long a client may take to read the last answer before its connection is cut, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2_000;

/** AgentOS's words, too. */
const INVALID_REQUEST = 'Invalid HTTP request received.';

const TIMEOUT_CODE = 'ERR_HTTP_REQUEST_TIMEOUT';

/** What Node's codes mean that are not 400. */
const CLIENT_ERROR_RESPONSES: Readonly<Record<string, [status: number, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request header fields too large'],
  [TIMEOUT_CODE]: [408, 'The request did not arrive in time'],
};

/**
 * Answers what the HTTP parser refuses, and so no route or hook ever sees, in the format of all other errors, and ends the
 * connection: 400 for bytes that are no request, 408 for one that does not come to an end, 431 for too long a head.
 */
export function onClientError(error: { readonly code?: string }, socket: Duplex): void {
  // The rest of what was refused is refused again, piece by piece, while the answer is under way.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  afterEarlierResponse(socket, () =>
    writeAndClose(socket, ...(CLIENT_ERROR_RESPONSES[error.code ?? ''] ?? [400, INVALID_REQUEST])),
  );
}

/** Refuses what of a request has come so far, if any, where there is no whole one that waits for its answer. */
export function timeOutIncompleteRequest(socket: Duplex): void {
  if (earlierResponse(socket) === undefined) onClientError({ code: TIMEOUT_CODE }, socket);
}

/**
 * Takes from Node what it would answer by itself, without a body. Nobody gets a tunnel: CONNECT is refused like any other
 * method. An expectation that nobody knows is no reason to refuse.
 */
export function handleConnectAndExpect({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    // From here on Node leaves the connection to us, also while it sends an answer.
    socket.on('error', () => undefined).on('drain', () => currentResponse(socket)?.emit('drain'));
    const allow = allowedMethod(url);
    afterEarlierResponse(socket, () => {
      if (allow === undefined) writeAndClose(socket, 404, 'Not Found');
      else writeAndClose(socket, 405, 'Method Not Allowed', `Allow: ${allow}`);
    });
  });
}

/** HTTP/1.1 wants every request to say which host it means, though nothing here depends on it. */
export function assertHostHeader({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): void {
  if (headers.host === undefined && httpVersionMajor === 1 && httpVersionMinor === 1)
    throw problem(400, INVALID_REQUEST);
}

/** Refuses what came last on a connection once everything that came before is answered. */
function afterEarlierResponse(socket: Duplex, refuse: () => void): void {
  const earlier = earlierResponse(socket);
  if (earlier === undefined) {
    if (socket.writable) refuse();
    return;
  }
  // Whatever else comes would be refused as well, and kept until then.
  socket.pause();
  earlier.once('close', () => afterEarlierResponse(socket, refuse));
}

/** An answer that must be sent first: that of a whole request, or one that its client is already reading. */
function earlierResponse(socket: Duplex): ServerResponse | undefined {
  const answer = currentResponse(socket);
  return answer?.req.complete || answer?.headersSent ? answer : undefined;
}

/** Writes an answer by hand and cuts the connection once it is read, or is not read for too long. */
function writeAndClose(socket: Duplex, status: number, sentence: string, ...headers: string[]): void {
  const { body } = problem(status, sentence);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  const cut = setTimeout(() => socket.destroy(), FLUSH_TIMEOUT_MS);
  socket.on('error', () => undefined);
  socket.once('close', () => clearTimeout(cut));
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
