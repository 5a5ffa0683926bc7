import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ProxyOptions } from '../command-line/options.js';
import { OptionsError } from '../command-line/options.js';
import { LIMITS } from '../limits.js';
import { Comparing } from './comparing.js';
import { Copies } from './copies.js';
import { forward } from './forward.js';
import { tunnel } from './tunnel.js';
import { HEADER_BYTES, Upstream } from './upstream.js';

/**
 * Stands before Python until SIGTERM or SIGINT, then prints the summary and returns the exit code.
 *
 * @throws OptionsError when the port cannot be had
 */
export async function runProxy(options: ProxyOptions, args: readonly string[]): Promise<number> {
  const python = new Upstream(options.python);
  const comparing = new Comparing(args, (bytes) => copies.release(bytes));
  const copies = new Copies(options.sample, comparing.tell);
  const server = createServer({ maxHeaderSize: HEADER_BYTES, requestTimeout: 0 }, (request, response) =>
    forward(request, response, python, copies.begin(request)),
  );
  server.on('upgrade', (request, socket, head) => tunnel(request, socket, head, python));
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await listen(server, options);
  process.stderr.write(`the mirror listens on ${options.host}:${options.port}\n`);
  await told;
  await close(server);
  const { summary, exitCode } = await comparing.stop();
  process.stdout.write(summary);
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

/** Answers in flight may end; streams that never do are cut. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), LIMITS.stopWithinMs);
  const closed = once(server, 'close');
  server.close();
  await closed;
  clearTimeout(cut);
}
