import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Copy } from './copies.js';
import { passedOn } from './passed-on.js';
import type { Upstream } from './upstream.js';

const NO_ANSWER = JSON.stringify({ detail: 'The server behind the mirror does not answer' });

/**
 * Passes a request on to Python and its answer back, both piece by piece as they come, each at the pace of who reads.
 * What there is to copy is taken along the way; nothing waits for it.
 */
export function forward(request: IncomingMessage, response: ServerResponse, python: Upstream, copy?: Copy): void {
  const { method = 'GET', url = '/' } = request;
  const outgoing = python.request(method, url, requestHeaders(request));
  outgoing.on('response', (incoming) => {
    response.sendDate = false;
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, passedOn(incoming.rawHeaders));
    // The head of a stream of events goes out before its first event.
    response.flushHeaders();
    copy?.follow(incoming);
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('error', () => {
    copy?.abandon();
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'application/json' }).end(NO_ANSWER);
  });
  response.on('close', () => {
    if (response.writableFinished) return;
    copy?.abandon();
    outgoing.destroy();
  });
  request.pipe(outgoing);
}

function requestHeaders(request: IncomingMessage): string[] {
  const headers = passedOn(request.rawHeaders);
  // Said out loud, because Node sends no body with some methods unless it is told how.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return [...headers, 'X-Forwarded-For', request.socket.remoteAddress ?? 'unknown'];
}
