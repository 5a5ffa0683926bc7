import { DsnError, parseDsn } from '@session-service/database';
import { asRaw, entriesOf, itemsOf, kindOf, type RawJson, unquote } from '@session-service/json';
import type { Environment } from './environment.js';
import type { DatabaseConfig } from './service-config.js';

/** Whether any of the variables that name a database is set. */
export function hasDsn(env: Readonly<Record<string, string | undefined>>): boolean {
  return [DSN_MAP, 'AGNO_PG_DSN', 'DATABASE_URL'].some((variable) => env[variable]?.trim());
}

/** The databases that the environment names, in the order written. Pushes one sentence per fault, without the DSN. */
export function parseDatabases(environment: Environment, faults: string[]): DatabaseConfig[] {
  const primaries = parsePrimaries(environment, faults);
  const replicas = parseReplicas(environment, faults);
  for (const id of replicas.keys()) {
    if (primaries.some((primary) => primary.id === id)) continue;
    faults.push(`${REPLICA_MAP} names ${JSON.stringify(id)}, which is no configured database`);
  }
  return primaries.map(({ id, dsn }) => ({ id, dsn, replicas: replicas.get(id) ?? [] }));
}

type Primary = Omit<DatabaseConfig, 'replicas'>;

function parsePrimaries(environment: Environment, faults: string[]): Primary[] {
  const { AGNO_SESSION_DSN_MAP: map, AGNO_PG_DSN, DATABASE_URL } = environment;
  if (map !== undefined) {
    const entries = dsnEntries(DSN_MAP, map, 'DSN, such as {"eu":"postgresql://…"}', faults);
    return entries.map(({ id, value, label: place }) => ({ id, dsn: parseDsnValue(value, place, faults) }));
  }
  for (const [variable, dsn] of Object.entries({ AGNO_PG_DSN, DATABASE_URL })) {
    if (dsn === undefined) continue;
    checkDsn(dsn, variable, faults);
    return [{ id: 'default', dsn }];
  }
  faults.push('No database is configured: set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP');
  return [];
}

/** By db_id. */
function parseReplicas(environment: Environment, faults: string[]): ReadonlyMap<string, readonly string[]> {
  const { AGNO_SESSION_REPLICA_MAP: map } = environment;
  const replicas = new Map<string, readonly string[]>();
  if (map === undefined) return replicas;
  const entries = dsnEntries(REPLICA_MAP, map, 'list of DSNs, such as {"eu":["postgresql://…"]}', faults);
  for (const { id, value, label: place } of entries) {
    if (kindOf(value) !== 'array') faults.push(`${place} must be a list of DSNs`);
    else
      replicas.set(
        id,
        Array.from(itemsOf(value), (item, index) => parseDsnValue(item, `${place}[${index}]`, faults)),
      );
  }
  return replicas;
}

const DSN_MAP = 'AGNO_SESSION_DSN_MAP';
const REPLICA_MAP = 'AGNO_SESSION_REPLICA_MAP';

/** An entry of a map of DSNs; `place` names it in a fault. */
interface DsnEntry {
  readonly id: string;
  readonly value: RawJson;
  readonly label: string;
}

/** The entries of a JSON object that a variable holds, in the order written. Pushes one sentence per fault, without DSNs. */
export function dsnEntries(variable: string, text: string, example: string, faults: string[]): DsnEntry[] {
  if (!isJsonObject(text)) {
    faults.push(`${variable} must be a JSON object of db_id and ${example}`);
    return [];
  }
  // Repeated keys, too, which a parsed object has forgotten.
  const entries = [...entriesOf(asRaw(text.trim()))];
  const keys = entries.map(([key]) => key);
  const repeated = new Set(keys.filter((key, at) => keys.indexOf(key) !== at));
  for (const id of repeated) faults.push(`${variable} names the db_id ${JSON.stringify(id)} more than once`);
  if (keys.length === 0) faults.push(`${variable} must name at least one database`);
  if (keys.includes('')) faults.push(`${variable} must not have an empty db_id`);
  return entries.map(([id, value]) => ({ id, value, label: `${variable}[${JSON.stringify(id)}]` }));
}

/** The DSN that a JSON string holds, empty for anything else. Pushes a sentence where it is none. */
export function parseDsnValue(value: RawJson, place: string, faults: string[]): string {
  if (kindOf(value) !== 'string') {
    faults.push(`${place} must be a DSN in quotes`);
    return '';
  }
  const dsn = unquote(value);
  checkDsn(dsn, place, faults);
  return dsn;
}

/** Pushes a sentence where a DSN cannot be used. */
export function checkDsn(dsn: string, place: string, faults: string[]): void {
  try {
    parseDsn(dsn);
  } catch (error) {
    if (!(error instanceof DsnError)) throw error;
    faults.push(`${place}: ${error.message}`);
  }
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
