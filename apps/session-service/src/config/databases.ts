import { itemsOf, kindOf } from '@agno/json';
import { checkDsn, dsnEntries, parseDsnValue } from './dsn-map.js';
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
