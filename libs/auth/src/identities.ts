import { SERVICE_ACCOUNT_PREFIX, scopesOf, subjectOf, type TokenClaims } from '@agno/contract';
import type { ServiceAccount } from '@agno/storage';
import type { AuthOptions, JwtOptions } from './auth-options.js';
import { ANYBODY, type Caller } from './caller.js';
import { databasesFor } from './database-access.js';
import type { Identity } from './identity.js';

/** Whoever holds the security key is root: no subject, no scopes, every database. */
export const ROOT: Identity = { caller: ANYBODY, scopes: [], isBoundByScopes: false, expiresAt: undefined };

/** Makes identities of what was verified, by the service's rules. */
export class Identities {
  constructor(
    private readonly options: AuthOptions,
    private readonly databaseIds: readonly string[],
  ) {}

  /** @throws HttpProblem 401 for a subject that no token may have */
  ofToken({ members, expiresAt }: TokenClaims, jwt: JwtOptions): Identity {
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
  ofAccount({ name, scopes, expiresAt }: ServiceAccount): Identity {
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
    return databaseAccess && databasesFor(databaseAccess, this.databaseIds, scopes, claims);
  }
}
