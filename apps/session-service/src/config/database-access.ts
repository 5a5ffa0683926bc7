import type { AccessRule, DatabaseAccess } from '@agno/auth';
import type { DatabaseConfig } from './service-config.js';

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
