import { defineConfig } from 'vitest/config';
import { scaled } from '../support/time-scale.js';

/** Configuration of `make explorer-test`, separate from the other tests because these need a browser. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/explorer/**/*.spec.ts'],
    globalSetup: ['test/support/global-postgres.ts'],
    // A page and its service use more than one core.
    maxWorkers: 2,
    isolate: false,
    expect: { poll: { timeout: scaled(10_000) } },
    testTimeout: scaled(60_000),
    hookTimeout: scaled(120_000),
  },
});
