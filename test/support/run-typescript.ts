/**
 * Lets plain `node` run the TypeScript of the tests: `node --import ./test/support/run-typescript.ts FILE.ts`.
 * Node strips types, but does not resolve imports of `./x.js` to `x.ts` or of `@session-service/x` to `libs/x`. Libraries are
 * loaded as compiled by `make build`, because they use syntax that Node cannot strip, such as decorators.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const SOURCES = new URL('../../libs/', import.meta.url).href;
const COMPILED = new URL('../../dist/libs/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const library = /^@session-service\/(.+)$/.exec(specifier)?.[1];
    if (library !== undefined) return next(`${COMPILED}${library}/src/index.js`, context);
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
      const { href } = new URL(specifier, context.parentURL);
      if (href.startsWith(SOURCES)) return next(href.replace(SOURCES, COMPILED), context);
      const source = href.replace(/\.js$/, '.ts');
      if (existsSync(fileURLToPath(source))) return next(source, context);
    }
    return next(specifier, context);
  },
});
