import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the explorer into `dist/explorer`, where the service serves it at `/explorer/`. */
export default defineConfig({
  root: here('.'),
  logLevel: 'warn',
  base: './',
  resolve: { alias: { '@session-service/session-client': here('../../libs/session-client/src/index.ts') } },
  build: {
    outDir: here('../../dist/explorer'),
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no `data:` URLs.
    assetsInlineLimit: 0,
    // Chromium since 66, Firefox since 115 and Safari since 17 preload modules themselves.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // Packages for React's server components; this page has none.
      checks: { moduleLevelDirective: false },
    },
  },
  server: { proxy: { '^/(sessions|usage|explorer)': 'http://127.0.0.1:8080' } },
});
