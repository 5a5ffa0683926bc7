import { defineConfig } from 'vitest/config';
import { scaled } from '../../support/time-scale.js';

/** Separate from the other tests, because these need an image, which `make image-test` builds. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/deploy/image/*.spec.ts'],
    globalSetup: ['test/support/global-postgres.ts'],
    testTimeout: scaled(120_000),
    hookTimeout: scaled(60_000),
  },
});
