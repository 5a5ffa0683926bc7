import { resolve } from 'node:path';
import { type ServerProcess, startServer } from './child-process.js';
import { freePort } from './ports.js';

/** The checkout's root. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** Starts the built service as production does, on a free port of the loopback interface. */
export async function startSessionService(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const port = await freePort();
  return startServer({
    command: process.execPath,
    args: [resolve(CHECKOUT, 'dist/apps/session-service/src/main.js')],
    env: { AGNO_SERVICE_HOST: '127.0.0.1', AGNO_SERVICE_PORT: String(port), LOG_LEVEL: 'warn', ...env },
    port,
    readyPath: '/healthz',
  });
}
