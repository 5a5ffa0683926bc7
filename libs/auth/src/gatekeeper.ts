import { timingSafeEqual } from 'node:crypto';
import {
  cookieToken,
  grants,
  headerToken,
  insufficientPermissions,
  missingToken,
  problem,
  requiredScope,
} from '@agno/contract';
import type { AccountVerifier } from './accounts/account-verifier.js';
import type { AuthOptions, JwtOptions } from './auth-options.js';
import { ANYBODY, type Caller } from './caller.js';
import { type Identities, ROOT } from './identities.js';
import type { Identity } from './identity.js';
import { digestOf, KnownIdentities } from './known-identities.js';
import { OpenPaths } from './open-paths.js';
import { TokenVerifier } from './token-verifier.js';

/** How AgentOS's tokens of service accounts begin. */
const ACCOUNT_TOKEN = 'agno_pat_';
/** A verified token is verified again after this, so that a key that was withdrawn does not count for ever. */
const TOKEN_CACHE_MS = 5 * 60_000;

/** What of a request decides who makes it. */
export interface Knock {
  readonly method: string;
  /** Decoded, without a slash at the end. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cookies: string | undefined;
  readonly address: string;
}

/** Decides for every request, before anything else looks at it, whether it is let in and as whom. */
export class Gatekeeper {
  private readonly jwt: { readonly options: JwtOptions; readonly verifier: TokenVerifier } | undefined;
  private readonly knownTokens = new KnownIdentities(TOKEN_CACHE_MS);
  private readonly knownAccounts: KnownIdentities;
  private readonly openPaths: OpenPaths;

  constructor(
    private readonly options: AuthOptions,
    private readonly identities: Identities,
    private readonly accounts: AccountVerifier,
  ) {
    const { jwt } = options;
    this.jwt = jwt && { options: jwt, verifier: new TokenVerifier(jwt) };
    this.knownAccounts = new KnownIdentities(options.accountCacheMs);
    this.openPaths = new OpenPaths(options.openRoutes);
  }

  /**
   * The caller; at once where it is known already, which is the usual case.
   *
   * @throws HttpProblem 401 without a good token, 403 without the scope that the route needs, 429, 503
   */
  admit(knock: Knock): Caller | Promise<Caller> {
    if (knock.method === 'OPTIONS' || this.openPaths.has(knock.path)) return ANYBODY;
    const token = this.tokenOf(knock);
    if (token === undefined) return this.withoutToken();
    if (token.startsWith(ACCOUNT_TOKEN)) return this.byAccount(token, knock);
    if (this.jwt !== undefined) return this.byToken(token, knock);
    if (this.options.securityKey === undefined) return ANYBODY;
    if (isSame(token, this.options.securityKey)) return ROOT.caller;
    throw problem(401, 'Invalid authentication token');
  }

  /** Nobody has to prove who they are. */
  private get isOpen(): boolean {
    return this.jwt === undefined && this.options.securityKey === undefined;
  }

  private tokenOf({ authorization, cookies }: Knock): string | undefined {
    const source = this.jwt?.options.source ?? 'header';
    const fromHeader = source === 'cookie' ? undefined : headerToken(authorization);
    if (fromHeader !== undefined || this.jwt === undefined || source === 'header') return fromHeader;
    return cookieToken(cookies, this.jwt.options.cookieName);
  }

  private withoutToken(): Caller {
    if (this.jwt !== undefined) {
      const { source, cookieName } = this.jwt.options;
      throw problem(401, missingToken(source, cookieName));
    }
    if (this.options.securityKey !== undefined) throw problem(401, 'Authorization header required');
    return ANYBODY;
  }

  private byToken(token: string, knock: Knock): Caller | Promise<Caller> {
    const now = Date.now();
    const digest = digestOf(token);
    const known = this.knownTokens.get(digest, now);
    return known === undefined ? this.verifyToken(token, digest, knock, now) : this.pass(known, knock);
  }

  private async verifyToken(token: string, digest: string, knock: Knock, now: number): Promise<Caller> {
    if (this.jwt === undefined) return ANYBODY;
    const { verifier, options } = this.jwt;
    const identity = this.identities.ofToken(await verifier.verify(token, now / 1000), options);
    this.knownTokens.set(digest, identity, now);
    return this.pass(identity, knock);
  }

  private byAccount(token: string, knock: Knock): Caller | Promise<Caller> {
    const known = this.knownAccounts.get(digestOf(token), Date.now());
    return known === undefined ? this.verifyAccount(digestOf(token), knock) : this.pass(known, knock);
  }

  private async verifyAccount(digest: string, knock: Knock): Promise<Caller> {
    const now = Date.now();
    const account = await this.accounts.verify(digest, knock.address, now).catch((refusal: unknown) => {
      if (this.isOpen) return undefined;
      throw refusal;
    });
    if (account === undefined) return this.withoutAccount();
    this.accounts.touch(account.id, now);
    const identity = this.identities.ofAccount(account);
    this.knownAccounts.set(digest, identity, now);
    return this.pass(identity, knock);
  }

  /** Where AgentOS keeps no accounts a token of one opens nothing; where all is open, one that is wrong closes nothing. */
  private withoutAccount(): Caller {
    if (this.isOpen) return ANYBODY;
    throw problem(401, 'Service accounts are not enabled on this AgentOS instance');
  }

  private pass({ caller, scopes, isBoundByScopes }: Identity, { method, path }: Knock): Caller {
    const scope = isBoundByScopes ? requiredScope(method, path) : undefined;
    if (scope !== undefined && !grants(scopes, scope, this.options.adminScope)) throw insufficientPermissions(scope);
    return caller;
  }
}

/** Takes the same time however much of it is right. */
function isSame(given: string, key: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(key)));
}
