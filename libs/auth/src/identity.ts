import { hash } from 'node:crypto';
import { SERVICE_ACCOUNT_PREFIX, scopesOf, subjectOf, type TokenClaims } from '@session-service/contract';
import { LruMap, type ServiceAccount } from '@session-service/storage';
import type { AuthOptions, JwtOptions } from './auth-options.js';
import { permittedDatabases } from './database-access.js';

/** Whoever makes a request, as far as sessions are concerned. */
export interface Caller {
  /** The owner of what the caller creates; undefined: the request says whose it is. */
  readonly userId: string | undefined;
  /** Kept to the sessions of `userId`, whatever the request asks for. */
  readonly isIsolated: boolean;
  /** The db_ids that the caller may reach; undefined: all. */
  readonly databaseIds: ReadonlySet<string> | undefined;
}

/** A caller of whom nothing is known and to whom everything is open. */
export const ANONYMOUS: Caller = { userId: undefined, isIsolated: false, databaseIds: undefined };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** Who a verified token speaks for. */
export interface Identity {
  readonly caller: Caller;
  readonly scopes: readonly string[];
  /** Whether `scopes` decide what the caller may do. */
  readonly isBoundByScopes: boolean;
  /** Seconds since 1970; undefined: for ever. */
  readonly expiresAt: number | undefined;
}

/** Whoever holds the security key is root: no subject, no scopes, every database. */
export const ROOT_IDENTITY: Identity = { caller: ANONYMOUS, scopes: [], isBoundByScopes: false, expiresAt: undefined };

/** Makes identities of what was verified, by the service's rules. */
export class IdentityFactory {
  constructor(
    private readonly options: AuthOptions,
    private readonly databaseIds: readonly string[],
  ) {}

  /** @throws HttpProblem 401 for a subject that no token may have */
  fromToken({ members, expiresAt }: TokenClaims, jwt: JwtOptions): Identity {
    const userId = subjectOf(members.get(jwt.userIdClaim));
    const scopes = scopesOf(members.get(jwt.scopesClaim));
    const isIsolated = this.options.isolatesUsers && !scopes.includes(this.options.adminScope);
    return {
      caller: { userId, isIsolated, databaseIds: this.databasesOf(scopes, members) },
      scopes,
      isBoundByScopes: this.options.checksScopes,
      expiresAt,
    };
  }

  /** A machine owns what it creates, and sees nothing else unless it is an admin: isolation is no option for it. */
  fromAccount({ name, scopes, expiresAt }: ServiceAccount): Identity {
    return {
      caller: {
        userId: `${SERVICE_ACCOUNT_PREFIX}${name}`,
        isIsolated: !scopes.includes(this.options.adminScope),
        databaseIds: this.databasesOf(scopes, new Map()),
      },
      scopes,
      isBoundByScopes: true,
      expiresAt,
    };
  }

  private databasesOf(scopes: readonly string[], claims: TokenClaims['members']): Caller['databaseIds'] {
    const { databaseAccess } = this.options;
    return databaseAccess && permittedDatabases(databaseAccess, this.databaseIds, scopes, claims);
  }
}

const MAX_IDENTITIES = 2048;

/** Identities verified a moment ago, by the digest of their token: the token itself is never kept. */
export class IdentityCache {
  private readonly entries = new LruMap<{ readonly identity: Identity; readonly staleAt: number }>(MAX_IDENTITIES);

  /** @param maxAgeMs how long an identity is believed, however long its token lives */
  constructor(private readonly maxAgeMs: number) {}

  /** The identity, unless it has expired or was verified too long ago. @param now milliseconds since 1970 */
  get(digest: string, now: number): Identity | undefined {
    const entry = this.entries.get(digest);
    if (entry === undefined || entry.staleAt <= now) return undefined;
    return (entry.identity.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 > now ? entry.identity : undefined;
  }

  set(digest: string, identity: Identity, now: number): void {
    this.entries.set(digest, { identity, staleAt: now + this.maxAgeMs });
  }
}

/** SHA-256, hexadecimal: how AgentOS stores the tokens of service accounts. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'hex');
}
