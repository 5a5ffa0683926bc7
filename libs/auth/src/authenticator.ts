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
import { type AuthOptions, type JwtOptions, OpenPaths } from './auth-options.js';
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

/** How AgentOS's tokens of service accounts begin. */
const ACCOUNT_TOKEN_PREFIX = 'agno_pat_';
/** A verified token is verified again after this, so that a key that was withdrawn does not count for ever. */
const TOKEN_CACHE_MS = 5 * 60_000;

/** What of a request decides who makes it. */
export interface Credentials {
  readonly method: string;
  /** Decoded, without a slash at the end. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cookies: string | undefined;
  readonly address: string;
}

/** Decides for every request, before anything else looks at it, whether it is let in and as whom. */
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
    this.openPaths = new OpenPaths(options.openRoutes);
  }

  /**
   * The caller; at once where it is known already, which is the usual case.
   *
   * @throws HttpProblem 401 without a good token, 403 without the scope that the route needs, 429, 503
   */
  authenticate(knock: Credentials): Caller | Promise<Caller> {
    if (knock.method === 'OPTIONS' || this.openPaths.has(knock.path)) return ANONYMOUS;
    const token = this.tokenOf(knock);
    if (token === undefined) return this.callerWithoutToken();
    if (token.startsWith(ACCOUNT_TOKEN_PREFIX)) return this.authenticateAccount(token, knock);
    if (this.jwt !== undefined) return this.authenticateToken(token, knock);
    if (this.options.securityKey === undefined) return ANONYMOUS;
    if (equalsInConstantTime(token, this.options.securityKey)) return ROOT_IDENTITY.caller;
    throw problem(401, 'Invalid authentication token');
  }

  /** Nobody has to prove who they are. */
  private get allowsAnonymous(): boolean {
    return this.jwt === undefined && this.options.securityKey === undefined;
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

  private authenticateToken(token: string, knock: Credentials): Caller | Promise<Caller> {
    const now = Date.now();
    const digest = digestOf(token);
    const known = this.tokenCache.get(digest, now);
    return known === undefined ? this.verifyToken(token, digest, knock, now) : this.authorize(known, knock);
  }

  private async verifyToken(token: string, digest: string, knock: Credentials, now: number): Promise<Caller> {
    if (this.jwt === undefined) return ANONYMOUS;
    const { verifier, options } = this.jwt;
    const identity = this.identities.fromToken(await verifier.verify(token, now / 1000), options);
    this.tokenCache.set(digest, identity, now);
    return this.authorize(identity, knock);
  }

  private authenticateAccount(token: string, knock: Credentials): Caller | Promise<Caller> {
    const known = this.accountCache.get(digestOf(token), Date.now());
    return known === undefined ? this.verifyAccount(digestOf(token), knock) : this.authorize(known, knock);
  }

  private async verifyAccount(digest: string, knock: Credentials): Promise<Caller> {
    const now = Date.now();
    const account = await this.accounts.verify(digest, knock.address, now).catch((refusal: unknown) => {
      if (this.allowsAnonymous) return undefined;
      throw refusal;
    });
    if (account === undefined) return this.callerWithoutAccounts();
    this.accounts.touch(account.id, now);
    const identity = this.identities.fromAccount(account);
    this.accountCache.set(digest, identity, now);
    return this.authorize(identity, knock);
  }

  /** Where AgentOS keeps no accounts a token of one opens nothing; where all is open, one that is wrong closes nothing. */
  private callerWithoutAccounts(): Caller {
    if (this.allowsAnonymous) return ANONYMOUS;
    throw problem(401, 'Service accounts are not enabled on this AgentOS instance');
  }

  private authorize({ caller, scopes, isBoundByScopes }: Identity, { method, path }: Credentials): Caller {
    const scope = isBoundByScopes ? requiredScope(method, path) : undefined;
    if (scope !== undefined && !grants(scopes, scope, this.options.adminScope)) throw insufficientPermissions(scope);
    return caller;
  }
}

/** Takes the same time however much of it is right. */
function equalsInConstantTime(given: string, key: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(key)));
}
