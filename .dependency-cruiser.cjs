/** The layers of the service, from the wire down to SQL. `npm run lint` refuses an import that breaks them. */
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
      comment: 'They import nothing of ours but JSON, no package and no input or output.',
      severity: 'error',
      from: { path: '^libs/(json|contract|comparison)/', pathNot: SPEC },
      // crypto makes ids and hashes; timers give other requests their turn.
      to: { pathNot: ['^libs/$1/', '^libs/json/src/index\\.ts$', '^crypto$', '^timers/promises$'] },
    },
    {
      name: 'data-knows-no-http',
      comment: 'database and storage know rows and SQL; requests, replies and use cases are above them.',
      severity: 'error',
      from: { path: '^libs/(database|storage)/', pathNot: SPEC },
      to: {
        path: [
          '^libs/(auth|health|http|openapi|sessions|telemetry)/',
          '^(node:)?https?$',
          HTTP_PACKAGES,
          'node_modules/@nestjs/core/',
        ],
      },
    },
    {
      name: 'only-the-edge-knows-fastify',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/(auth|http|openapi|sessions|telemetry)/', SPEC] },
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
      from: { path: '^(apps|libs)/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
