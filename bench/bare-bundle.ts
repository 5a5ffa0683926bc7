import { resolve } from 'node:path';
import { build } from 'rolldown';
import { CHECKOUT } from '../test/support/session-service.js';

const BUNDLE = resolve(CHECKOUT, '.cache/bench/bare-server.js');

/**
 * Bundles the bare server as the service is bundled (`rolldown.config.js`), and returns the path. Otherwise its start would
 * be the stripping of types and the loading of hundreds of files, which the service's is not. Of our libraries only the
 * statements are kept: without `moduleSideEffects` it would load TypeORM and Nest as well.
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
