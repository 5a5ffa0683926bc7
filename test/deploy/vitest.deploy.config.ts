import { defineConfig } from 'vitest/config';
import { scaled } from '../support/time-scale.js';

/** Apart from the other tests, because these need helm and linters: `make deploy-test` brings them. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/deploy/*.spec.ts'],
    testTimeout: scaled(60_000),
    hookTimeout: scaled(60_000),
  },
});
