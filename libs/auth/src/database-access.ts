import { scopesOf, type TokenClaims } from '@session-service/contract';

/** What opens a database: any of these scopes, or any of these values of a claim. */
export interface AccessRule {
  readonly scopes: readonly string[];
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

/** By db_id; `*` stands for those that are not named. */
export type DatabaseAccess = ReadonlyMap<string, AccessRule>;

/** The databases that open to these scopes and claims. */
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
  return Array.from(rule.claims).some(([claim, wanted]) =>
    // A claim holds one text or a list of them, as scopes do.
    scopesOf(claims.get(claim)).some((value) => wanted.includes(value)),
  );
}
