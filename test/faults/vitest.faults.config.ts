import { defineConfig } from 'vitest/config';
import { scaled } from '../support/time-scale.js';

/**
 * Separate from the other tests, because these take minutes: `make faults`, and a short selection with `make faults-quick`.
 */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/faults/**/*.faults.spec.ts'],
    globalSetup: ['test/faults/support/empty-cluster.ts'],
    fileParallelism: false,
    testTimeout: scaled(240_000),
    hookTimeout: scaled(120_000),
    tags: [{ name: 'quick', description: 'part of make faults-quick, which has a minute' }],
  },
});
