import { timingSafeEqual } from 'node:crypto';
import {
  cookieToken,
  grants,
  headerToken,
  insufficientPermissions,
  missingTokenMessage,
  problem,
  requiredScope,
} from '@session-service/contract';
import type { AccountVerifier } from './account-verifier.js';
import { type AuthOptions, isOpen, type JwtOptions, METRICS_PATH, OpenPaths } from './auth-options.js';
import {
  ANONYMOUS,
  type Caller,
  digestOf,
  type Identity,
  IdentityCache,
  type IdentityFactory,
  ROOT_IDENTITY,
} from './identity.js';
import { TokenVerifier } from './token-verifier.js';

/** Prefix of AgentOS's service-account tokens. */
const ACCOUNT_TOKEN_PREFIX = 'agno_pat_';
/** Time in milliseconds after which a cached token is verified again, so that a revoked key stops working. */
const TOKEN_CACHE_MS = 5 * 60_000;

/** The parts of a request that authentication and authorization depend on. */
export interface Credentials {
  readonly method: string;
  /** Percent-decoded, without a trailing slash. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cookies: string | undefined;
  readonly address: () => string;
}

/** Authenticates and authorizes requests. Called by `authentication.hook.ts` before routing. */
export class Authenticator {
  private readonly jwt: { readonly options: JwtOptions; readonly verifier: TokenVerifier } | undefined;
  private readonly tokenCache = new IdentityCache(TOKEN_CACHE_MS);
  private readonly accountCache: IdentityCache;
  private readonly openPaths: OpenPaths;

  constructor(
    private readonly options: AuthOptions,
    private readonly identities: IdentityFactory,
    private readonly accounts: AccountVerifier,
  ) {
    const { jwt } = options;
    this.jwt = jwt && { options: jwt, verifier: new TokenVerifier(jwt) };
    this.accountCache = new IdentityCache(options.accountCacheMs);
    this.openPaths = new OpenPaths(options.openRoutes, options.hasExplorer);
  }

  /**
   * Returns the caller, synchronously if the token is cached, as it usually is.
   *
   * @throws HttpProblem 401 without a valid token; 403 without the scope that the route requires; 429 and 503 from the
   *   lookup of a service account or a key
   */
  authenticate(credentials: Credentials): Caller | Promise<Caller> {
    if (credentials.method === 'OPTIONS' || this.openPaths.has(credentials.path)) return ANONYMOUS;
    const token = this.tokenOf(credentials);
    if (token === undefined) return this.callerWithoutToken();
    if (token.startsWith(ACCOUNT_TOKEN_PREFIX)) return this.authenticateAccount(token, credentials);
    if (this.jwt !== undefined) return this.authenticateToken(token, credentials);
    if (this.options.securityKey === undefined) return ANONYMOUS;
    if (equalsInConstantTime(token, this.options.securityKey)) return ROOT_IDENTITY.caller;
    throw problem(401, 'Invalid authentication token');
  }

  private tokenOf({ authorization, cookies }: Credentials): string | undefined {
    const source = this.jwt?.options.source ?? 'header';
    const fromHeader = source === 'cookie' ? undefined : headerToken(authorization);
    if (fromHeader !== undefined || this.jwt === undefined || source === 'header') return fromHeader;
    return cookieToken(cookies, this.jwt.options.cookieName);
  }

  private callerWithoutToken(): Caller {
    if (this.jwt !== undefined) {
      const { source, cookieName } = this.jwt.options;
      throw problem(401, missingTokenMessage(source, cookieName));
    }
    if (this.options.securityKey !== undefined) throw problem(401, 'Authorization header required');
    return ANONYMOUS;
  }

  private authenticateToken(token: string, credentials: Credentials): Caller | Promise<Caller> {
    const now = Date.now();
    const digest = digestOf(token);
    const known = this.tokenCache.get(digest, now);
    return known === undefined ? this.verifyToken(token, digest, credentials, now) : this.authorize(known, credentials);
  }

  private async verifyToken(token: string, digest: string, credentials: Credentials, now: number): Promise<Caller> {
    if (this.jwt === undefined) return ANONYMOUS;
    const { verifier, options } = this.jwt;
    const identity = this.identities.fromToken(await verifier.verify(token, now / 1000), options);
    this.tokenCache.set(digest, identity, now);
    return this.authorize(identity, credentials);
  }

  private authenticateAccount(token: string, credentials: Credentials): Caller | Promise<Caller> {
    const known = this.accountCache.get(digestOf(token), Date.now());
    return known === undefined ? this.verifyAccount(digestOf(token), credentials) : this.authorize(known, credentials);
  }

  private async verifyAccount(digest: string, credentials: Credentials): Promise<Caller> {
    const now = Date.now();
    const account = await this.accounts.verify(digest, credentials.address(), now).catch((error: unknown) => {
      if (isOpen(this.options)) return undefined;
      throw error;
    });
    if (account === undefined) return this.callerWithoutAccounts();
    this.accounts.touch(account.id, now);
    const identity = this.identities.fromAccount(account);
    this.accountCache.set(digest, identity, now);
    return this.authorize(identity, credentials);
  }

  /** Ignores the service-account token if no authentication is configured, like any other token; else rejects it. */
  private callerWithoutAccounts(): Caller {
    if (isOpen(this.options)) return ANONYMOUS;
    throw problem(401, 'Service accounts are not enabled on this AgentOS instance');
  }

  private authorize({ caller, scopes, isBoundByScopes }: Identity, { method, path }: Credentials): Caller {
    // Metrics name every database, so a token alone does not suffice.
    const { adminScope, isStandalone } = this.options;
    const scope = isBoundByScopes || path === METRICS_PATH ? requiredScope(method, path, isStandalone) : undefined;
    if (scope !== undefined && !grants(scopes, scope, adminScope)) throw insufficientPermissions(scope);
    return caller;
  }
}

/** Compares digests, so that the duration reveals neither the key's length nor the number of matching characters. */
function equalsInConstantTime(given: string, key: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(key)));
}
