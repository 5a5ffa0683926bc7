import { existsSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const SOURCES = 'apps/session-service/src';
/** The programs that serve. The image is built without `embedded`, which brings a PostgreSQL of its own. */
const PROGRAMS = ['main', 'embedded'].filter((name) => existsSync(`${SOURCES}/${name}.ts`));

/** Nest asks for these where an application uses them. This one does not, and they are not installed. */
const NOT_INSTALLED = /^@nestjs\/(microservices|websockets|platform-express)(\/|$)|^@fastify\/(multipart|static|view)$/;

/** Stack traces are mapped to our own sources only: the map of the packages has 11 MB. */
const withoutMapsOfPackages = {
  name: 'without-maps-of-packages',
  generateBundle(_options, files) {
    for (const name of ['packages', 'open-telemetry']) delete files[`${name}.js.map`];
  },
};

/**
 * Bundles the service and its packages into `dist/service`, since two thirds of its start were the loading of 2,100 files
 * (docs/adr/0007-bundle.md). `nest build` has checked the types; it compiles everything else, and the dev server's files.
 */
export default defineConfig({
  input: Object.fromEntries(PROGRAMS.map((name) => [name, `${SOURCES}/${name}.ts`])),
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: NOT_INSTALLED,
  plugins: [withoutMapsOfPackages],
  output: {
    dir: 'dist/service',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    // Nest and errors show the names of classes.
    keepNames: true,
    // Modules run in the order of the sources: heap.ts must come first.
    strictExecutionOrder: true,
    codeSplitting: {
      groups: [
        // Loaded only where traces are exported.
        { name: 'open-telemetry', test: /node_modules[\\/]@opentelemetry[\\/](?!api[\\/])/, priority: 1 },
        { name: 'packages', test: /node_modules/ },
        { name: 'libs', test: /[\\/]libs[\\/](?!telemetry[\\/]src[\\/]traces[\\/])/ },
      ],
    },
  },
});
