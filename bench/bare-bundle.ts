import { resolve } from 'node:path';
import { build } from 'rolldown';
import { CHECKOUT } from '../test/support/session-service.js';

const BUNDLE = resolve(CHECKOUT, '.cache/bench/bare-server.js');

/**
 * Bundles the bare server like the service (`rolldown.config.js`), and returns the path. Unbundled, its start would mostly
 * strip types and load hundreds of files. `moduleSideEffects: false` keeps TypeORM and Nest out: the server imports only
 * our SQL statements.
 */
export async function bundleBareServer(): Promise<string> {
  await build({
    input: resolve(CHECKOUT, 'bench/bare-server.ts'),
    platform: 'node',
    tsconfig: resolve(CHECKOUT, 'tsconfig.json'),
    logLevel: 'warn',
    treeshake: { moduleSideEffects: false },
    output: { file: BUNDLE, codeSplitting: false, keepNames: true },
  });
  return BUNDLE;
}
