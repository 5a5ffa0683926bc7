import { SERVICE_ACCOUNT_PREFIX, scopesOf, subjectOf, type TokenClaims } from '@agno/contract';
import type { ServiceAccount } from '@agno/storage';
import type { AuthOptions, JwtOptions } from './auth-options.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { permittedDatabases } from './database-access.js';
import type { Identity } from './identity.js';

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
