import type { ClaimRules, TokenSource } from '@session-service/contract';
import type { DatabaseAccess } from './database-access.js';
import type { JwtAlgorithm, KeySource } from './verification-keys.js';

/** Who is let in, and what they may see. Secrets are in it: never log it. */
export interface AuthOptions {
  /** The key that opens everything; without effect where tokens are verified. */
  readonly securityKey: string | undefined;
  readonly jwt: JwtOptions | undefined;
  /** Whether the scopes of a JWT decide what it may do. Those of a service account always do. */
  readonly checksScopes: boolean;
  /** Whether a caller who is no admin is kept to their own sessions. */
  readonly isolatesUsers: boolean;
  readonly adminScope: string;
  /** Which databases a caller may reach; undefined: all. */
  readonly databaseAccess: DatabaseAccess | undefined;
  /** How long a verified service account is believed without asking the database again, in milliseconds. */
  readonly accountCacheMs: number;
  /** What anybody may read, beside the health endpoints. */
  readonly openRoutes: readonly OpenRoute[];
}

/** How JSON Web Tokens are verified. */
export interface JwtOptions extends ClaimRules {
  readonly algorithm: JwtAlgorithm;
  readonly keys: KeySource;
  readonly userIdClaim: string;
  readonly scopesClaim: string;
  readonly source: TokenSource;
  readonly cookieName: string;
}

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

/** What an operator should read about their choice when the service starts. */
export function authWarnings({ jwt, securityKey }: AuthOptions): readonly string[] {
  if (jwt !== undefined && securityKey !== undefined) {
    return ['OS_SECURITY_KEY has no effect, because a JWT key is set and tokens are verified instead'];
  }
  if (jwt === undefined && securityKey === undefined) {
    return [
      'No OS_SECURITY_KEY and no JWT key is set: anybody who reaches this port may read and delete every session',
    ];
  }
  return [];
}
