import { hash } from 'node:crypto';
import {
  ALL_COMPONENTS,
  problem,
  type ReadableComponents,
  readableComponents,
  SERVICE_ACCOUNT_PREFIX,
  scopesOf,
  subjectOf,
  type TokenClaims,
} from '@session-service/contract';
import { LruMap, type ServiceAccount } from '@session-service/storage';
import type { AuthOptions, JwtOptions } from './auth-options.js';
import { permittedDatabases } from './database-access.js';

/** The sender of a request, authenticated or anonymous: whose sessions and which databases it may access. */
export interface Caller {
  /** Owner of the sessions that the caller creates; undefined: the request's user_id decides. */
  readonly userId: string | undefined;
  /** Restricts the caller to sessions of `userId`; the request's user_id is ignored. */
  readonly isIsolated: boolean;
  /** The db_ids that the caller may use; undefined: all databases. */
  readonly databaseIds: ReadonlySet<string> | undefined;
  /** The scopes that limit the caller; undefined: none do, as for callers with the admin scope. */
  readonly scopes: readonly string[] | undefined;
  /** The components that the caller's scopes show. */
  readonly components: ReadableComponents;
}

/** A caller without a user id and without restrictions. */
export const ANONYMOUS: Caller = {
  userId: undefined,
  isIsolated: false,
  databaseIds: undefined,
  scopes: undefined,
  components: ALL_COMPONENTS,
};

/** True if AGNO_DB_ACCESS gives the caller access to the database. */
export function mayUse({ databaseIds }: Caller, id: string): boolean {
  return databaseIds?.has(id) ?? true;
}

/**
 * The user to whose sessions the caller is restricted; undefined: no restriction.
 *
 * @throws HttpProblem 403 isolated caller without a user id
 */
export function ownerOf({ isIsolated, userId }: Caller): string | undefined {
  if (!isIsolated) return undefined;
  if (!userId) throw problem(403, 'Authenticated request is missing a user identity');
  return userId;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** The result of verifying a token. It is cached, because it does not depend on the request. */
export interface Identity {
  readonly caller: Caller;
  readonly scopes: readonly string[];
  /** True if the caller needs the scope that the route requires. */
  readonly isBoundByScopes: boolean;
  /** Unix time in seconds; undefined: the token does not expire. */
  readonly expiresAt: number | undefined;
}

/** The identity of callers with OS_SECURITY_KEY: no user id, no scope checks, all databases. */
export const ROOT_IDENTITY: Identity = { caller: ANONYMOUS, scopes: [], isBoundByScopes: false, expiresAt: undefined };

/** Creates identities from verified tokens: applies isolation, scopes and database rules. */
export class IdentityFactory {
  constructor(
    private readonly options: AuthOptions,
    private readonly databaseIds: readonly string[],
  ) {}

  /** @throws HttpProblem 401 for an invalid subject */
  fromToken({ members, expiresAt }: TokenClaims, jwt: JwtOptions): Identity {
    const userId = subjectOf(members.get(jwt.userIdClaim));
    const scopes = scopesOf(members.get(jwt.scopesClaim));
    const { isolatesUsers, adminScope, checksScopes } = this.options;
    const isIsolated = isolatesUsers && !scopes.includes(adminScope);
    return {
      caller: {
        userId,
        isIsolated,
        databaseIds: this.databasesOf(scopes, members),
        scopes: checksScopes ? this.limitsOf(scopes) : undefined,
        components: checksScopes ? readableComponents(scopes, adminScope) : ALL_COMPONENTS,
      },
      scopes,
      isBoundByScopes: checksScopes,
      expiresAt,
    };
  }

  /** A service account without the admin scope is always isolated, regardless of `isolatesUsers`. */
  fromAccount({ name, scopes, expiresAt }: ServiceAccount): Identity {
    return {
      caller: {
        userId: `${SERVICE_ACCOUNT_PREFIX}${name}`,
        isIsolated: !scopes.includes(this.options.adminScope),
        databaseIds: this.databasesOf(scopes, new Map()),
        scopes: this.limitsOf(scopes),
        components: readableComponents(scopes, this.options.adminScope),
      },
      scopes,
      isBoundByScopes: true,
      expiresAt,
    };
  }

  private limitsOf(scopes: readonly string[]): Caller['scopes'] {
    return scopes.includes(this.options.adminScope) ? undefined : scopes;
  }

  private databasesOf(scopes: readonly string[], claims: TokenClaims['members']): Caller['databaseIds'] {
    const { databaseAccess } = this.options;
    return databaseAccess && permittedDatabases(databaseAccess, this.databaseIds, scopes, claims);
  }
}

const MAX_IDENTITIES = 2048;

/** Caches verified identities by the digest of their token. The token itself is never stored. */
export class IdentityCache {
  private readonly entries = new LruMap<{ readonly identity: Identity; readonly staleAt: number }>(MAX_IDENTITIES);

  /** @param maxAgeMs maximum age of an entry; a token that expires earlier ends it earlier */
  constructor(private readonly maxAgeMs: number) {}

  /** Returns the identity unless the token has expired or the entry is too old. @param now milliseconds since 1970 */
  get(digest: string, now: number): Identity | undefined {
    const entry = this.entries.get(digest);
    if (entry === undefined || entry.staleAt <= now) return undefined;
    return (entry.identity.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 > now ? entry.identity : undefined;
  }

  set(digest: string, identity: Identity, now: number): void {
    this.entries.set(digest, { identity, staleAt: now + this.maxAgeMs });
  }
}

/** SHA-256 in hexadecimal, as AgentOS stores service-account tokens. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'hex');
}
