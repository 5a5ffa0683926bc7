import type { DatabaseModuleOptions, DatabaseTarget } from '@session-service/database';
import { parseDsnMap, parseReplicaMap } from './custom-formats.js';
import type { Environment } from './environment.js';

/** The databases and their pools. The DSNs are secret: log only `describeDsn(dsn)`. */
export type DatabaseConfig = Omit<DatabaseModuleOptions, 'observer'>;

/** Pushes an error for each conflict between variables. */
export function databaseConfig(environment: Environment, errors: string[]): DatabaseConfig {
  const targets = databaseTargets(environment, errors);
  const ids = targets.map(({ id }) => id);
  const defaultId = environment.AGNO_DEFAULT_DB_ID ?? ids[0] ?? '';
  // If no database is configured, `primaryDsns` has reported it already.
  if (ids.length > 0 && !ids.includes(defaultId)) {
    errors.push(`AGNO_DEFAULT_DB_ID must be the db_id of a configured database (${ids.join(', ')})`);
  }
  if (environment.AGNO_SESSION_TABLE === environment.AGNO_RUN_TABLE) {
    errors.push('AGNO_RUN_TABLE must differ from AGNO_SESSION_TABLE');
  }
  const { AGNO_SERVICE_WORKERS: workers } = environment;
  if (workers !== 'auto' && environment.AGNO_POOL_SIZE < workers) {
    errors.push('AGNO_POOL_SIZE must be at least AGNO_SERVICE_WORKERS: every worker needs a connection');
  }
  return {
    targets,
    defaultId,
    requireId: environment.AGNO_REQUIRE_DB_ID,
    pool: {
      size: environment.AGNO_POOL_SIZE,
      connectTimeoutMs: environment.AGNO_CONNECT_TIMEOUT_MS,
      queueTimeoutMs: environment.AGNO_QUEUE_TIMEOUT_MS,
      statementTimeoutMs: environment.AGNO_STATEMENT_TIMEOUT_MS,
      idleTimeoutMs: environment.AGNO_POOL_IDLE_TIMEOUT_MS,
    },
    tables: {
      schema: environment.AGNO_DB_SCHEMA,
      sessionTable: environment.AGNO_SESSION_TABLE,
      runTable: environment.AGNO_RUN_TABLE,
    },
  };
}

/** The databases with their replicas, in the order of the DSN map. */
function databaseTargets(environment: Environment, errors: string[]): DatabaseTarget[] {
  const primaries = primaryDsns(environment, errors);
  const map = environment.AGNO_SESSION_REPLICA_MAP;
  const replicas = map === undefined ? new Map<string, readonly string[]>() : parseReplicaMap(map);
  for (const id of replicas.keys()) {
    if (primaries.some((primary) => primary.id === id)) continue;
    errors.push(`AGNO_SESSION_REPLICA_MAP names ${JSON.stringify(id)}, which is not a configured database`);
  }
  return primaries.map(({ id, dsn }) => ({ id, dsn, replicas: replicas.get(id) ?? [] }));
}

function primaryDsns(environment: Environment, errors: string[]): { id: string; dsn: string }[] {
  if (environment.AGNO_SESSION_DSN_MAP !== undefined) return parseDsnMap(environment.AGNO_SESSION_DSN_MAP);
  const dsn = environment.AGNO_PG_DSN ?? environment.DATABASE_URL;
  if (dsn !== undefined) return [{ id: 'default', dsn }];
  errors.push('No database is configured: set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP');
  return [];
}

/** True if the environment names a database. */
export function hasDsn(env: Readonly<Record<string, string | undefined>>): boolean {
  return ['AGNO_SESSION_DSN_MAP', 'AGNO_PG_DSN', 'DATABASE_URL'].some((variable) => env[variable]?.trim());
}
