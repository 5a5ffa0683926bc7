/**
 * Lets plain `node` run the TypeScript of the tests: `node --import ./test/support/run-typescript.ts FILE.ts`.
 * Node strips the types by itself; what it lacks is that our imports name the compiled file (`./x.js` for `x.ts`), and
 * our libraries by alias (`@agno/x` for `libs/x`).
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, next) {
    const library = /^@agno\/(.+)$/.exec(specifier)?.[1];
    if (library !== undefined)
      return next(new URL(`../../libs/${library}/src/index.ts`, import.meta.url).href, context);
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(fileURLToPath(source))) return next(source.href, context);
    }
    return next(specifier, context);
  },
});
