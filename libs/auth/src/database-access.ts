import { scopesOf, type TokenClaims } from '@session-service/contract';

/** Grants access to callers that have one of `scopes`, or one of the listed values in one of `claims`. */
export interface AccessRule {
  readonly scopes: readonly string[];
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

/** Rules by db_id; `*` applies to databases without a rule. */
export type DatabaseAccess = ReadonlyMap<string, AccessRule>;

/** The ids of the databases that a caller with these scopes and claims may use. */
export function permittedDatabases(
  access: DatabaseAccess,
  databaseIds: readonly string[],
  scopes: readonly string[],
  claims: TokenClaims['members'],
): ReadonlySet<string> {
  return new Set(
    databaseIds.filter((id) => {
      const rule = access.get(id) ?? access.get('*');
      return rule !== undefined && isPermitted(rule, scopes, claims);
    }),
  );
}

function isPermitted(rule: AccessRule, scopes: readonly string[], claims: TokenClaims['members']): boolean {
  if (rule.scopes.some((scope) => scopes.includes(scope))) return true;
  return Array.from(rule.claims).some(([claim, permitted]) =>
    // Like scopes, a claim is one string or a list of strings.
    scopesOf(claims.get(claim)).some((value) => permitted.includes(value)),
  );
}
