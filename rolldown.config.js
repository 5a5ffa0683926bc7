import { existsSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const SOURCES = 'apps/session-service/src';
/** The serving programs. The image is built without `embedded`, which starts its own PostgreSQL. */
const PROGRAMS = ['main', 'embedded'].filter((name) => existsSync(`${SOURCES}/${name}.ts`));

/** Optional packages of Nest. This application does not use them, and they are not installed. */
const NOT_INSTALLED = /^@nestjs\/(microservices|websockets|platform-express)(\/|$)|^@fastify\/(multipart|static|view)$/;

/** Stack traces are mapped to our own sources only: the map of the packages is 11 MB large. */
const withoutMapsOfPackages = {
  name: 'without-maps-of-packages',
  generateBundle(_options, files) {
    for (const name of ['packages', 'packages-of-traces']) delete files[`${name}.js.map`];
  },
};

/**
 * This module of @nestjs/typeorm requires `typeorm` for classes that TypeORM 1 has removed. Outside a bundle that is free;
 * inside, it would load 360 files from node_modules, TypeORM a second time. Its fallback is `undefined`.
 */
const withoutTypeormCompat = {
  name: 'without-typeorm-compat',
  load: (id) =>
    /@nestjs[\\/]typeorm[\\/]dist[\\/]common[\\/]typeorm-compat\.js$/.test(id)
      ? 'export const Connection = undefined, AbstractRepository = undefined;'
      : null,
};

/**
 * Bundles the service with its packages into `dist/service`, because loading 2,100 files took two thirds of its start-up
 * (docs/adr/0007-bundle.md). `nest build` runs before: it checks the types and compiles the other programs.
 */
export default defineConfig({
  input: Object.fromEntries(PROGRAMS.map((name) => [name, `${SOURCES}/${name}.ts`])),
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: NOT_INSTALLED,
  plugins: [withoutMapsOfPackages, withoutTypeormCompat],
  output: {
    dir: 'dist/service',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    // Nest's log lines and errors show class names.
    keepNames: true,
    // Modules run in the order of their imports: heap.ts must run first.
    strictExecutionOrder: true,
    codeSplitting: {
      groups: [
        // Loaded only when traces are exported.
        { name: 'packages-of-traces', test: /node_modules[\\/]@opentelemetry[\\/](?!api[\\/])/, priority: 1 },
        { name: 'packages', test: /node_modules/ },
        // Without node-version: it runs before these files are loaded.
        { name: 'libs', test: /[\\/]libs[\\/](?!node-version[\\/]|telemetry[\\/]src[\\/]traces[\\/])/ },
      ],
    },
  },
});
