import { defineConfig } from 'vitest/config';
import { scaled } from '../support/time-scale.js';

/** Separate from the other tests, because these need helm and linters, which `make deploy-test` installs. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/deploy/*.spec.ts'],
    testTimeout: scaled(60_000),
    hookTimeout: scaled(60_000),
  },
});
