import { resolve } from 'node:path';
import { type ServerProcess, startServer } from './child-process.js';
import { freePort } from './ports.js';
import { scaled } from './time-scale.js';

/** The root folder of the checkout. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** Timeouts that do not expire during tests, even on slow machines. A test of a timeout sets a shorter one. */
const GENEROUS_LIMITS = {
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_STATEMENT_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(20_000)),
  AGNO_QUEUE_TIMEOUT_MS: String(scaled(60_000)),
};

/**
 * Starts the built service as in production, on AGNO_SERVICE_PORT or a free port of the loopback interface.
 *
 * @param program its main.js; by default that of the checkout
 */
export async function startSessionService(
  env: Readonly<Record<string, string>>,
  program = resolve(CHECKOUT, 'dist/service/main.js'),
): Promise<ServerProcess> {
  const port = Number(env.AGNO_SERVICE_PORT ?? (await freePort()));
  return startServer({
    command: process.execPath,
    args: [program],
    env: {
      AGNO_SERVICE_HOST: '127.0.0.1',
      AGNO_SERVICE_PORT: String(port),
      LOG_LEVEL: 'warn',
      // The Host header of requests that tests send as raw text.
      AGNO_ALLOWED_HOSTS: 'x',
      ...GENEROUS_LIMITS,
      ...env,
    },
    port,
    readyPath: '/healthz',
  });
}
