import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ProxyOptions } from '../command-line/options.js';
import { OptionsError } from '../command-line/options.js';
import { LIMITS } from '../limits.js';
import { ComparisonWorker } from './comparing.js';
import { CopyBudget } from './copies.js';
import { forwardRequest } from './forward.js';
import { tunnelUpgrade } from './tunnel.js';
import { MAX_HEADER_BYTES, Upstream } from './upstream.js';

/**
 * Stands before Python until SIGTERM or SIGINT, then prints the summary and returns the exit code.
 *
 * @throws OptionsError when the port cannot be had
 */
export async function runProxy(options: ProxyOptions, args: readonly string[]): Promise<number> {
  const python = new Upstream(options.python);
  const comparing = new ComparisonWorker(args, (bytes) => copies.release(bytes));
  const copies = new CopyBudget(options.sample, comparing.post);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0 }, (request, response) =>
    forwardRequest(request, response, python, copies.tryStart(request)),
  );
  server.on('upgrade', (request, socket, head) => tunnelUpgrade(request, socket, head, python));
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await listen(server, options);
  process.stderr.write(`the mirror listens on ${options.host}:${options.port}\n`);
  await told;
  await closeServer(server);
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
async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), LIMITS.shutdownTimeoutMs);
  const closed = once(server, 'close');
  server.close();
  await closed;
  clearTimeout(cut);
}
