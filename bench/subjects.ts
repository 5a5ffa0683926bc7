import { resolve } from 'node:path';
import { build } from 'rolldown';
import { AGNO_VERSION, startAgentOs } from '../test/contract/harness/python.js';
import { type ServerProcess, startServer } from '../test/support/child-process.js';
import { freePort } from '../test/support/ports.js';
import { CHECKOUT } from '../test/support/session-service.js';

export type SubjectName = 'ours' | 'python' | 'bare';

let bareServer: Promise<string> | undefined;

/** Starts one of the compared servers as in production. `settings` apply to our service only. */
export async function startSubject(
  name: SubjectName,
  dsn: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  if (name === 'python') return startAgentOs(AGNO_VERSION, [`default=${dsn}`]);
  const port = await freePort();
  const common = { command: process.execPath, port, isQuiet: true };
  if (name === 'bare') {
    bareServer ??= bundleBareServer();
    return startServer({ ...common, args: [await bareServer, String(port), dsn], readyPath: '/health', env: {} });
  }
  const env = { AGNO_PG_DSN: dsn, AGNO_SERVICE_HOST: '127.0.0.1', AGNO_SERVICE_PORT: String(port), ...settings };
  return startServer({ ...common, args: [resolve(CHECKOUT, 'dist/service/main.js')], readyPath: '/healthz', env });
}

const BUNDLE = resolve(CHECKOUT, '.cache/bench/bare-server.js');

/**
 * Bundles the bare server like the service (`rolldown.config.js`), and returns the path. Unbundled, its start would mostly
 * strip types and load hundreds of files. `moduleSideEffects: false` keeps TypeORM and Nest out: the server imports only
 * our SQL statements.
 */
async function bundleBareServer(): Promise<string> {
  await build({
    input: resolve(CHECKOUT, 'bench/bare-server.ts'),
    platform: 'node',
    tsconfig: resolve(CHECKOUT, 'tsconfig.json'),
    logLevel: 'silent',
    treeshake: { moduleSideEffects: false },
    output: { file: BUNDLE, codeSplitting: false, keepNames: true },
  });
  return BUNDLE;
}
