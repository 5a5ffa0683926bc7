import { defineConfig } from 'vitest/config';
import { scaled } from '../../support/time-scale.js';

/** Apart from the other tests, because these need an image: `make image-test` builds it. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/deploy/image/*.spec.ts'],
    globalSetup: ['test/support/global-postgres.ts'],
    testTimeout: scaled(120_000),
    hookTimeout: scaled(60_000),
  },
});
