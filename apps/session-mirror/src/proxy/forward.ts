import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestCopy } from './copies.js';
import { endToEndHeaders } from './passed-on.js';
import type { Upstream } from './upstream.js';

const BAD_GATEWAY_BODY = JSON.stringify({ detail: 'The server behind the mirror does not answer' });

/**
 * Passes a request on to Python and its answer back, both piece by piece as they come, each at the pace of who reads.
 * What there is to copy is taken along the way; nothing waits for it.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  python: Upstream,
  copy?: RequestCopy,
): void {
  const { method = 'GET', url = '/' } = request;
  const outgoing = python.request(method, url, forwardedHeaders(request));
  outgoing.on('response', (incoming) => {
    response.sendDate = false;
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, endToEndHeaders(incoming.rawHeaders));
    // The head of a stream of events goes out before its first event.
    response.flushHeaders();
    copy?.capture(incoming);
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('error', () => {
    copy?.abandon();
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'application/json' }).end(BAD_GATEWAY_BODY);
  });
  response.on('close', () => {
    if (response.writableFinished) return;
    copy?.abandon();
    outgoing.destroy();
  });
  request.pipe(outgoing);
}

function forwardedHeaders(request: IncomingMessage): string[] {
  const headers = endToEndHeaders(request.rawHeaders);
  // Said out loud, because Node sends no body with some methods unless it is told how.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return [...headers, 'X-Forwarded-For', request.socket.remoteAddress ?? 'unknown'];
}
