import { defineConfig } from 'vitest/config';
import { scaled } from '../support/time-scale.js';

/** Configuration of `make faults` and `make faults-quick`, separate from the other tests because these take minutes. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/faults/**/*.faults.spec.ts'],
    globalSetup: ['test/faults/support/empty-cluster.ts'],
    fileParallelism: false,
    testTimeout: scaled(240_000),
    hookTimeout: scaled(120_000),
    tags: [{ name: 'quick', description: 'part of make faults-quick, which must end within a minute' }],
  },
});
