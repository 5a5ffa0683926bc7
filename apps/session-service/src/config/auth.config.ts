import {
  type AccessRule,
  type AuthOptions,
  combinedKeys,
  type DatabaseAccess,
  fixedKeys,
  type JwtOptions,
  jwksFile,
  KeyError,
  type KeySource,
  parseKey,
  remoteJwks,
  splitKeys,
} from '@session-service/auth';
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

/**
 * AGNO_DB_ACCESS: `{"eu": {"scopes": ["db:eu"], "claims": {"tenant": ["acme"]}}, "*": …}`. Every database must be named,
 * or `*`, so that none is left open or closed by oversight. Pushes one sentence per fault.
 */
export function parseDatabaseAccess(
  text: string | undefined,
  databases: readonly DatabaseConfig[],
  faults: string[],
): DatabaseAccess | undefined {
  if (text === undefined) return undefined;
  const rules = jsonObject(text);
  if (rules === undefined) {
    faults.push('AGNO_DB_ACCESS must be a JSON object of db_id and {"scopes": […], "claims": {…}}');
    return undefined;
  }
  const access = new Map<string, AccessRule>();
  for (const [id, rule] of rules) {
    const read = parseAccessRule(rule);
    if (read !== undefined) access.set(id, read);
    else faults.push(`AGNO_DB_ACCESS[${JSON.stringify(id)}] must hold "scopes", "claims" or both, with lists of texts`);
    if (id !== '*' && !databases.some((database) => database.id === id)) {
      faults.push(`AGNO_DB_ACCESS names ${JSON.stringify(id)}, which is no configured database`);
    }
  }
  const forgotten = databases.filter(({ id }) => !rules.has(id) && !rules.has('*'));
  for (const { id } of forgotten)
    faults.push(`AGNO_DB_ACCESS says nothing about ${JSON.stringify(id)}: name it, or "*"`);
  return access;
}

function parseAccessRule(rule: unknown): AccessRule | undefined {
  const members = objectEntries(rule);
  if (members === undefined || members.size === 0) return undefined;
  const { scopes = [], claims = {}, ...unknown } = Object.fromEntries(members);
  const wanted = objectEntries(claims);
  if (Object.keys(unknown).length > 0 || !isStringArray(scopes) || wanted === undefined) return undefined;
  const values = new Map<string, readonly string[]>();
  for (const [claim, list] of wanted) {
    if (!isStringArray(list)) return undefined;
    values.set(claim, list);
  }
  return { scopes, claims: values };
}

function jsonObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return objectEntries(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectEntries(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
