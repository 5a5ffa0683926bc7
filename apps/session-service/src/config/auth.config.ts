import {
  type AuthOptions,
  combinedKeys,
  type DatabaseAccess,
  fixedKeys,
  type JwtOptions,
  jwksFile,
  KeyError,
  type KeySource,
  parseKeys,
  RemoteJwks,
} from '@session-service/auth';
import { parseAccessRules } from './custom-formats.js';
import type { Environment } from './environment.js';

/**
 * Returns an error for each variable of a key that is set but blank, as after a failed substitution: to ignore it would
 * open the service. Quotes count as blank too, because `docker run --env-file` keeps them.
 */
export function blankKeys(env: Readonly<Record<string, string | undefined>>): string[] {
  return ['OS_SECURITY_KEY', ...KEY_VARIABLES]
    .filter((name) => env[name] !== undefined && /^["'\s]*$/.test(env[name]))
    .map((name) => `${name} must not be blank: set it, or remove it to run without it`);
}

/** Pushes an error for each conflict between variables and each unusable key. No error contains a key. */
export function authConfig(
  environment: Environment,
  databaseIds: readonly string[],
  errors: string[],
  invalid: ReadonlySet<string>,
): AuthOptions {
  const jwt = jwtOptions(environment, errors, invalid);
  const securityKey = environment.OS_SECURITY_KEY;
  for (const name of ['AGNO_AUTHORIZATION', 'AGNO_USER_ISOLATION'] as const) {
    if (environment[name] && jwt === undefined) {
      errors.push(`${name} needs a way to verify tokens: set ${KEY_VARIABLES.join(' or ')}`);
    }
  }
  if (environment.AGNO_DB_ACCESS !== undefined && jwt === undefined && securityKey === undefined) {
    errors.push('AGNO_DB_ACCESS needs authentication: set OS_SECURITY_KEY or a JWT key');
  }
  return {
    securityKey,
    jwt,
    checksScopes: environment.AGNO_AUTHORIZATION,
    isolatesUsers: environment.AGNO_USER_ISOLATION,
    adminScope: environment.AGNO_ADMIN_SCOPE,
    databaseAccess: databaseAccess(environment.AGNO_DB_ACCESS, databaseIds, errors),
    accountCacheMs: environment.AGNO_ACCOUNT_CACHE_MS,
    isStandalone: environment.AGNO_STANDALONE,
    hasExplorer: environment.AGNO_EXPLORER,
    openRoutes: environment.AGNO_OPEN_ROUTES,
  };
}

const KEY_VARIABLES = ['JWT_VERIFICATION_KEY', 'JWT_JWKS_FILE', 'JWT_JWKS_URL'] as const;

/** The options for JSON Web Tokens; undefined if no key is configured, in which case no tokens are verified. */
function jwtOptions(environment: Environment, errors: string[], invalid: ReadonlySet<string>): JwtOptions | undefined {
  if (KEY_VARIABLES.every((name) => environment[name] === undefined)) return undefined;
  return {
    algorithm: environment.JWT_ALGORITHM,
    keys: combinedKeys(keySources(environment, errors, invalid)),
    leewaySeconds: environment.JWT_LEEWAY_SECONDS,
    audiences: environment.JWT_AUDIENCE,
    audienceClaim: environment.JWT_AUDIENCE_CLAIM,
    issuer: environment.JWT_ISSUER,
    userIdClaim: environment.JWT_USER_ID_CLAIM,
    scopesClaim: environment.JWT_SCOPES_CLAIM,
    source: environment.JWT_TOKEN_SOURCE,
    cookieName: environment.JWT_COOKIE_NAME,
  };
}

/**
 * The configured keys. Skips all of them if the algorithm is invalid, and an invalid address: both errors have been
 * reported.
 */
function keySources(environment: Environment, errors: string[], invalid: ReadonlySet<string>): KeySource[] {
  const { JWT_VERIFICATION_KEY: keys, JWT_JWKS_FILE: file, JWT_JWKS_URL: url, JWT_ALGORITHM: algorithm } = environment;
  if (invalid.has('JWT_ALGORITHM')) return [];
  const sources: KeySource[] = [];
  const add = (name: (typeof KEY_VARIABLES)[number], load: () => KeySource) => {
    try {
      sources.push(load());
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      errors.push(`${name} ${error.message}`);
    }
  };
  if (file !== undefined) add('JWT_JWKS_FILE', () => jwksFile(file, algorithm));
  if (url !== undefined && !invalid.has('JWT_JWKS_URL')) {
    add('JWT_JWKS_URL', () => new RemoteJwks(new URL(url), algorithm));
  }
  if (keys !== undefined) {
    add('JWT_VERIFICATION_KEY', () => fixedKeys(parseKeys(keys, algorithm)));
  }
  return sources;
}

/** Every database needs its own rule or the rule `*`, so that no database is accessible or closed by mistake. */
function databaseAccess(
  json: string | undefined,
  databaseIds: readonly string[],
  errors: string[],
): DatabaseAccess | undefined {
  const rules = json === undefined ? undefined : parseAccessRules(json);
  if (rules === undefined) return undefined;
  for (const id of rules.keys()) {
    if (id === '*' || databaseIds.includes(id)) continue;
    errors.push(`AGNO_DB_ACCESS names ${JSON.stringify(id)}, which is not a configured database`);
  }
  for (const id of databaseIds) {
    if (rules.has(id) || rules.has('*')) continue;
    errors.push(`AGNO_DB_ACCESS has no rule for ${JSON.stringify(id)}: add one for it or for "*"`);
  }
  return rules;
}
