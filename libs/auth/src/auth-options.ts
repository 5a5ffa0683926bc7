import type { ClaimRules, TokenSource } from '@agno/contract';
import type { DatabaseAccess } from './database-access.js';
import type { JwtAlgorithm } from './keys/algorithms.js';
import type { KeySource } from './keys/key-source.js';
import type { OpenRoute } from './open-paths.js';

/** Who is let in, and what they may see. Secrets are in it: never log it. */
export interface AuthOptions {
  /** The key that opens everything; without effect where tokens are verified. */
  readonly securityKey: string | undefined;
  readonly jwt: JwtOptions | undefined;
  /** Whether the scopes of a JWT decide what it may do. Those of a service account always do. */
  readonly checksScopes: boolean;
  /** Whether a caller who is no admin is kept to their own sessions. */
  readonly isolatesUsers: boolean;
  readonly adminScope: string;
  /** Which databases a caller may reach; undefined: all. */
  readonly databaseAccess: DatabaseAccess | undefined;
  /** How long a verified service account is believed without asking the database again, in milliseconds. */
  readonly accountCacheMs: number;
  /** What anybody may read, beside the health endpoints. */
  readonly openRoutes: readonly OpenRoute[];
}

/** How JSON Web Tokens are verified. */
export interface JwtOptions extends ClaimRules {
  readonly algorithm: JwtAlgorithm;
  readonly keys: KeySource;
  readonly userIdClaim: string;
  readonly scopesClaim: string;
  readonly source: TokenSource;
  readonly cookieName: string;
}
