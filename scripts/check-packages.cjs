/**
 * Runs after `npm install`, which adds packages but does not restore the types that `make run` has deleted: TypeScript would
 * report hundreds of errors. `npm ci` installs everything anew.
 */
const { existsSync } = require('node:fs');

if (existsSync('node_modules/.without-types')) {
  console.error(
    '`make run` has installed packages without types. Run `npm ci` or `make build` instead of `npm install`.',
  );
  process.exit(1);
}
