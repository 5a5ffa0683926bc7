import { defineConfig } from 'vitest/config';

/** Apart from the other tests, because these need helm and linters: `make deploy-test` brings them. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/deploy/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
