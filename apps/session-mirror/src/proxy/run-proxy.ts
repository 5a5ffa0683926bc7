import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { OptionsError, type ProxyOptions } from '../command-line.js';
import { LIMITS } from '../mirror-limits.js';
import type { ClaimedFiles } from '../report/report-files.js';
import { MAX_HEADER_BYTES, ServerAddress } from '../side.js';
import { ComparisonWorker } from './comparison-worker.js';
import { CopyBudget, type RequestCopy } from './copies.js';
import { endToEndHeaders, headerPairs } from './end-to-end-headers.js';

/**
 * Runs the proxy in front of Python until SIGTERM or SIGINT, then prints the summary and returns the exit code.
 *
 * @throws OptionsError when the port is not available
 */
export async function runProxy(options: ProxyOptions, files: ClaimedFiles, args: readonly string[]): Promise<number> {
  const python = new ServerAddress(options.python);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0 });
  server.on('upgrade', (request, socket, head) => tunnelUpgrade(request, socket, head, python));
  const stopSignal = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await listen(server, options);
  // Started after the port is known to be available, because a running thread would keep a failed process alive.
  const worker = new ComparisonWorker(args, files, (bytes) => copies.release(bytes));
  const copies = new CopyBudget(options.sample, worker.post);
  server.on('request', (request, response) => forwardRequest(request, response, python, copies.tryStart(request)));
  process.stderr.write(`The mirror listens on ${options.host}:${options.port}.\n`);
  await stopSignal;
  await closeServer(server);
  const { summary, exitCode, failures } = await worker.stop();
  process.stdout.write(summary);
  process.stderr.write(failures);
  return exitCode;
}

async function listen(server: Server, { host, port }: ProxyOptions): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new OptionsError([`--listen: ${error instanceof Error ? error.message : error}`]);
  }
}

/** Lets responses in flight complete; cuts connections that remain after the shutdown timeout. */
async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), LIMITS.shutdownTimeoutMs);
  const closed = once(server, 'close');
  server.close();
  await closed;
  clearTimeout(cut);
}

const BAD_GATEWAY_BODY = JSON.stringify({ detail: 'The server behind the mirror does not respond' });

/**
 * Forwards a request to Python and streams the response back, with backpressure in both directions. The copy is captured on
 * the way and never delays the stream.
 */
function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  python: ServerAddress,
  copy?: RequestCopy,
): void {
  const { method = 'GET', url = '/' } = request;
  // Each request has its own connection: a server may close a keep-alive connection at the moment it is reused, and
  // clients would then see an error that does not occur without the proxy.
  const connection = { agent: false, servername: python.host } as const;
  const headers = forwardedHeaders(request);
  const outgoing = python.request(url, { ...connection, method, headers, setHost: false });
  outgoing.on('response', (incoming) => {
    response.sendDate = false;
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, endToEndHeaders(incoming.rawHeaders));
    // Sends the headers of an event stream now, because its first event may be sent much later.
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
  // Without an explicit Transfer-Encoding, Node sends no chunked body for methods such as DELETE.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return [...headers, 'X-Forwarded-For', request.socket.remoteAddress ?? 'unknown'];
}

/** Connects a client that requests an upgrade (WebSocket) to Python and forwards the bytes unchanged. */
function tunnelUpgrade(request: IncomingMessage, client: Duplex, head: Buffer, python: ServerAddress): void {
  const { host, port, isSecure } = python;
  const server = isSecure ? connectTls({ host, port, servername: host }) : connect(port, host);
  const headers = headerPairs(request.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  server.write(`${request.method} ${python.pathOf(request.url ?? '/')} HTTP/1.1\r\n${headers.join('')}\r\n`, 'latin1');
  server.write(head);
  server.pipe(client).pipe(server);
  server.on('error', () => client.destroy());
  client.on('error', () => server.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
}
