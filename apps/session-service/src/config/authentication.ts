import {
  type AuthOptions,
  combinedKeys,
  fixedKeys,
  type JwtOptions,
  jwksFile,
  KeyError,
  type KeySource,
  parseKey,
  remoteJwks,
  splitKeys,
} from '@agno/auth';
import { parseDatabaseAccess } from './database-access.js';
import type { Environment } from './environment.js';
import type { DatabaseConfig } from './service-config.js';

/** Who is let in. Pushes one sentence per fault, without the key. */
export function parseAuth(
  environment: Environment,
  databases: readonly DatabaseConfig[],
  faults: string[],
): AuthOptions {
  const jwt = parseJwt(environment, faults);
  const { OS_SECURITY_KEY: securityKey, AGNO_DB_ACCESS } = environment;
  for (const name of ['AGNO_AUTHORIZATION', 'AGNO_USER_ISOLATION'] as const) {
    if (environment[name] && jwt === undefined) {
      faults.push(`${name} needs a way to verify tokens: ${KEY_VARIABLES.join(', ')}`);
    }
  }
  if (AGNO_DB_ACCESS !== undefined && jwt === undefined && securityKey === undefined) {
    faults.push('AGNO_DB_ACCESS needs callers who prove who they are: set OS_SECURITY_KEY or a JWT key');
  }
  return {
    securityKey,
    jwt,
    checksScopes: environment.AGNO_AUTHORIZATION,
    isolatesUsers: environment.AGNO_USER_ISOLATION,
    adminScope: environment.AGNO_ADMIN_SCOPE,
    databaseAccess: parseDatabaseAccess(AGNO_DB_ACCESS, databases, faults),
    accountCacheMs: environment.AGNO_ACCOUNT_CACHE_MS,
    openRoutes: environment.AGNO_OPEN_ROUTES,
  };
}

const KEY_VARIABLES = ['JWT_VERIFICATION_KEY', 'JWT_JWKS_FILE', 'JWT_JWKS_URL'] as const;

/** Undefined when no key is configured: then no token is looked at. */
function parseJwt(environment: Environment, faults: string[]): JwtOptions | undefined {
  if (KEY_VARIABLES.every((name) => environment[name] === undefined)) return undefined;
  return {
    algorithm: environment.JWT_ALGORITHM,
    keys: combinedKeys(isAlgorithmValid(faults) ? keySources(environment, faults) : []),
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

/** Which keys fit cannot be said while the algorithm is at fault. */
function isAlgorithmValid(faults: readonly string[]): boolean {
  return !faults.some((fault) => fault.startsWith('JWT_ALGORITHM '));
}

function keySources(environment: Environment, faults: string[]): KeySource[] {
  const { JWT_VERIFICATION_KEY: texts, JWT_JWKS_FILE: file, JWT_JWKS_URL: url, JWT_ALGORITHM: algorithm } = environment;
  const sources: KeySource[] = [];
  const add = (name: (typeof KEY_VARIABLES)[number], source: () => KeySource) => {
    try {
      sources.push(source());
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      faults.push(`${name} ${error.message}`);
    }
  };
  if (file !== undefined) add('JWT_JWKS_FILE', () => jwksFile(file, algorithm));
  if (url !== undefined) add('JWT_JWKS_URL', () => remoteJwks(url, algorithm));
  if (texts !== undefined) {
    add('JWT_VERIFICATION_KEY', () => fixedKeys(splitKeys(texts).map((text) => parseKey(text, algorithm))));
  }
  return sources;
}
