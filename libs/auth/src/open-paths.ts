/** Routes beside the health endpoints that the operator may leave open to anybody. */
export const OPEN_ROUTES = ['docs', 'metrics'] as const;
export type OpenRoute = (typeof OPEN_ROUTES)[number];

/** Paths that AgentOS answers without a token, and those that say whether this process is well. */
const ALWAYS_OPEN = ['/', '/health', '/info', '/healthz', '/livez', '/readyz'];
const PATHS_BY_ROUTE: Readonly<Record<OpenRoute, readonly string[]>> = {
  docs: ['/docs', '/redoc', '/openapi.json'],
  metrics: ['/metrics'],
};

/** Says of a decoded path whether anybody may have it. */
export class OpenPaths {
  private readonly paths: ReadonlySet<string>;
  private readonly hasDocs: boolean;

  constructor(routes: readonly OpenRoute[]) {
    this.paths = new Set([...ALWAYS_OPEN, ...routes.flatMap((route) => PATHS_BY_ROUTE[route])]);
    this.hasDocs = routes.includes('docs');
  }

  has(path: string): boolean {
    return this.paths.has(path) || (this.hasDocs && path.startsWith('/docs/'));
  }
}
