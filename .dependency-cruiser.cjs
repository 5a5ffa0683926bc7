/** The layers of the service, from HTTP down to SQL. `npm run lint` rejects imports that break them. */
const HTTP_PACKAGES = 'node_modules/(fastify|@fastify/[^/]+|@nestjs/platform-fastify)/';
const SPEC = '\\.spec\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'json-contract-and-comparison-are-pure',
      comment: 'They import only libs/json, no packages and nothing that does input or output.',
      severity: 'error',
      from: { path: '^libs/(json|contract|comparison)/', pathNot: SPEC },
      // crypto: ids and hashes; timers: yield to other requests during long work.
      to: { pathNot: ['^libs/$1/', '^libs/json/src/index\\.ts$', '^crypto$', '^timers/promises$'] },
    },
    {
      name: 'data-knows-no-http',
      comment: 'database and storage know rows and SQL; requests, responses and use cases are layers above.',
      severity: 'error',
      from: { path: '^libs/(database|storage)/', pathNot: SPEC },
      to: {
        path: [
          '^libs/(auth|explorer|health|http|openapi|sessions|standalone|telemetry)/',
          '^(node:)?https?$',
          HTTP_PACKAGES,
          'node_modules/@nestjs/core/',
        ],
      },
    },
    {
      name: 'only-the-edge-knows-fastify',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/(auth|explorer|http|openapi|sessions|standalone|telemetry)/', SPEC] },
      to: { path: HTTP_PACKAGES },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libs-meet-at-their-index',
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'production-needs-no-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: SPEC },
      to: { path: ['^test/', SPEC] },
    },
    {
      name: 'production-needs-no-development-package',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/session-client/', SPEC] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-client-is-a-package-of-its-own',
      comment: 'It is published without the other libraries, and the service does not contain it.',
      severity: 'error',
      from: { path: '^libs/session-client/', pathNot: SPEC },
      to: { pathNot: ['^libs/session-client/', 'node_modules/openapi-fetch/'] },
    },
    {
      name: 'the-service-does-not-contain-the-client',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^(libs/session-client|apps/session-explorer)/' },
      to: { path: '^libs/session-client/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
