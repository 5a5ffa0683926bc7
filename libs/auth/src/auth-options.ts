import type { ClaimRules, TokenSource } from '@session-service/contract';
import type { DatabaseAccess } from './database-access.js';
import { type JwtAlgorithm, type KeySource, MIN_SECRET_BYTES } from './verification-keys.js';

/** Authentication and authorization settings. They contain secrets: never log them. */
export interface AuthOptions {
  /** A key that grants full access; ignored if `jwt` is set. */
  readonly securityKey: string | undefined;
  readonly jwt: JwtOptions | undefined;
  /** Enforces the scopes of JWTs. The scopes of service accounts are always enforced. */
  readonly checksScopes: boolean;
  /** Restricts callers without the admin scope to their own sessions. */
  readonly isolatesUsers: boolean;
  readonly adminScope: string;
  /** Rules for access to databases; undefined: every caller may use all databases. */
  readonly databaseAccess: DatabaseAccess | undefined;
  /** Time in milliseconds for which a verified service account is cached. */
  readonly accountCacheMs: number;
  /** True if the routes of AGNO_STANDALONE exist, so that their scopes apply. */
  readonly isStandalone: boolean;
  /** True if the explorer is served, whose files need no token. */
  readonly hasExplorer: boolean;
  /** Groups of routes that need no token, in addition to the health endpoints. */
  readonly openRoutes: readonly OpenRoute[];
}

export interface JwtOptions extends ClaimRules {
  readonly algorithm: JwtAlgorithm;
  readonly keys: KeySource;
  readonly userIdClaim: string;
  readonly scopesClaim: string;
  readonly source: TokenSource;
  readonly cookieName: string;
}

export const METRICS_PATH = '/metrics';

/** Values of AGNO_OPEN_ROUTES: groups of routes that the operator may serve to requests without a token. */
export const OPEN_ROUTES = ['docs', 'metrics'] as const;
export type OpenRoute = (typeof OPEN_ROUTES)[number];

/** Paths that never need a token: the public paths of AgentOS, and the health endpoints. */
const ALWAYS_OPEN = ['/', '/health', '/info', '/healthz', '/livez', '/readyz'];
const PATHS_BY_ROUTE: Readonly<Record<OpenRoute, readonly string[]>> = {
  docs: ['/docs', '/redoc', '/openapi.json'],
  metrics: [METRICS_PATH],
};

/** The paths that need no token, with percent-encoding decoded. */
export class OpenPaths {
  private readonly paths: ReadonlySet<string>;
  private readonly hasDocs: boolean;

  constructor(
    routes: readonly OpenRoute[],
    private readonly hasExplorer: boolean,
  ) {
    this.paths = new Set([...ALWAYS_OPEN, ...routes.flatMap((route) => PATHS_BY_ROUTE[route])]);
    this.hasDocs = routes.includes('docs');
  }

  has(path: string): boolean {
    if (this.paths.has(path) || (this.hasDocs && path.startsWith('/docs/'))) return true;
    return this.hasExplorer && isOpenInExplorer(path);
  }
}

/** True for the explorer's files and its sign-in route, which contain no data. */
function isOpenInExplorer(path: string): boolean {
  return path === '/explorer' || (path.startsWith('/explorer/') && path !== '/explorer/whoami');
}

/** True if neither a JWT key nor a security key is configured: every caller may do everything. */
export function isOpen({ jwt, securityKey }: Pick<AuthOptions, 'jwt' | 'securityKey'>): boolean {
  return jwt === undefined && securityKey === undefined;
}

/** A shorter security key can be found by trying: nothing limits the rate of wrong ones. */
const MIN_KEY_LENGTH = 16;

/** Warnings about risky or ineffective settings, for the log at start. */
export function authWarnings(options: AuthOptions): readonly string[] {
  const { jwt, securityKey } = options;
  const warnings: string[] = [];
  if (jwt !== undefined && securityKey !== undefined) {
    warnings.push('OS_SECURITY_KEY has no effect, because a JWT key is set and tokens are verified instead');
  }
  if (isOpen(options)) {
    warnings.push(
      'Neither OS_SECURITY_KEY nor a JWT key is set: every client of this port may read and delete all sessions',
    );
  }
  const advice = 'use a random one, as of `openssl rand -base64 32`';
  if (jwt === undefined && securityKey !== undefined && securityKey.length < MIN_KEY_LENGTH) {
    warnings.push(`OS_SECURITY_KEY has fewer than ${MIN_KEY_LENGTH} characters and can be guessed: ${advice}`);
  }
  if (jwt?.keys.hasShortSecret) {
    warnings.push(
      `A secret of JWT_VERIFICATION_KEY or JWT_JWKS_FILE has fewer than ${MIN_SECRET_BYTES} bytes and can be guessed: ${advice}`,
    );
  }
  return warnings;
}
