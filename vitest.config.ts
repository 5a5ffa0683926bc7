import { defineConfig } from 'vitest/config';
import { scaled } from './test/support/time-scale.js';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: ['test/deploy/**', 'test/explorer/**', 'test/faults/**'],
    globalSetup: ['test/support/global-postgres.ts'],
    // Most end-to-end tests wait for the service and use little CPU.
    maxWorkers: 3,
    // No test depends on module state of its own; loading all modules again for each file took a tenth of the run.
    isolate: false,
    expect: { poll: { timeout: scaled(10_000) } },
    testTimeout: scaled(60_000),
    hookTimeout: scaled(120_000),
  },
});
