import { asRaw, kindOf, membersOf, unquote } from '@agno/contract';
import { DsnError, parseDsn } from '@agno/database';
import type { Environment } from './environment.js';
import type { DatabaseConfig } from './service-config.js';

/** Whether any of the variables that name a database is set. */
export function hasDsn(env: Readonly<Record<string, string | undefined>>): boolean {
  return [MAP, 'AGNO_PG_DSN', 'DATABASE_URL'].some((variable) => env[variable]?.trim());
}

/** The databases that the environment names, in the order written. Pushes one sentence per fault, without the DSN. */
export function databasesFrom(environment: Environment, faults: string[]): DatabaseConfig[] {
  const { AGNO_SESSION_DSN_MAP: map, AGNO_PG_DSN, DATABASE_URL } = environment;
  if (map !== undefined) return fromMap(map, faults);
  for (const [variable, dsn] of Object.entries({ AGNO_PG_DSN, DATABASE_URL })) {
    if (dsn !== undefined) return [database('default', dsn, variable, faults)];
  }
  faults.push('No database is configured: set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP');
  return [];
}

function fromMap(text: string, faults: string[]): DatabaseConfig[] {
  if (!isJsonObject(text)) {
    faults.push(`${MAP} must be a JSON object of db_id and DSN, such as {"eu":"postgresql://…"}`);
    return [];
  }
  const keys = topLevelKeys(text);
  const repeated = new Set(keys.filter((key, at) => keys.indexOf(key) !== at));
  for (const id of repeated) faults.push(`${MAP} names the db_id ${JSON.stringify(id)} more than once`);
  if (keys.length === 0) faults.push(`${MAP} must name at least one database`);

  return [...membersOf(asRaw(text))].map(([id, value]) => {
    const place = `${MAP}[${JSON.stringify(id)}]`;
    if (id === '') faults.push(`${MAP} must not have an empty db_id`);
    if (kindOf(value) === 'string') return database(id, unquote(value), place, faults);
    faults.push(`${place} must be a DSN in quotes`);
    return { id, dsn: '' };
  });
}

function database(id: string, dsn: string, place: string, faults: string[]): DatabaseConfig {
  try {
    parseDsn(dsn);
  } catch (error) {
    if (!(error instanceof DsnError)) throw error;
    faults.push(`${place}: ${error.message}`);
  }
  return { id, dsn };
}

function isJsonObject(text: string): boolean {
  try {
    JSON.parse(text);
    return kindOf(asRaw(text)) === 'object';
  } catch {
    // The parser's message quotes the text, which holds passwords.
    return false;
  }
}

/** Every key as often as it is written: a parsed object has forgotten the repeated ones. */
function topLevelKeys(objectText: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, key] of objectText.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (key !== undefined && depth === 1) keys.push(JSON.parse(key));
  }
  return keys;
}

const MAP = 'AGNO_SESSION_DSN_MAP';
