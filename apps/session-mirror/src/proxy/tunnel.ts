import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Upstream } from './upstream.js';

/** Connects a client that asks for another protocol (WebSocket) with Python: from here on bytes are passed on as they are. */
export function tunnelUpgrade(request: IncomingMessage, client: Duplex, head: Buffer, python: Upstream): void {
  const server = python.connect();
  const lines = [`${request.method} ${python.pathOf(request.url ?? '/')} HTTP/1.1`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
  }
  server.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  server.write(head);
  server.pipe(client).pipe(server);
  server.on('error', () => client.destroy());
  client.on('error', () => server.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
}
