import { hash } from 'node:crypto';
import type { TableNames } from '@session-service/database';
import { LAST_CHANGE, qualifiedTables, quoteIdentifier, quoteLiteral, type Tables } from '../table-names.js';

/** Schema version that agno 3.1.10 records for the tables it creates. */
const SCHEMA_VERSION = '3.0.0';

/** Key of the advisory lock that lets one process at a time create the tables; an arbitrary number. */
const LOCK_KEY = 7_236_110;

/**
 * Statements for the tables, indexes and version rows that agno 3.1.10 creates in an empty database, so that AgentOS
 * can use the database as well. The caller runs them in one transaction.
 */
export function createTables(names: TableNames, tables: Tables, now: string): string[] {
  return [
    `SELECT pg_advisory_xact_lock(${LOCK_KEY})`,
    `CREATE SCHEMA IF NOT EXISTS ${tables.schema}`,
    `CREATE TABLE IF NOT EXISTS ${tables.sessions} (
      session_id varchar PRIMARY KEY, session_type varchar NOT NULL, agent_id varchar, team_id varchar,
      workflow_id varchar, user_id varchar, session_data jsonb, agent_data jsonb, team_data jsonb, workflow_data jsonb,
      metadata jsonb, summary jsonb, created_at bigint NOT NULL, updated_at bigint)`,
    ...createIndexStatements(tables.sessions, names.sessionTable, [['session_type'], ['created_at']]),
    `CREATE TABLE IF NOT EXISTS ${tables.runs} (
      run_id varchar PRIMARY KEY, session_id varchar NOT NULL REFERENCES ${tables.sessions} (session_id) ON DELETE CASCADE,
      run_type varchar NOT NULL, agent_id varchar, team_id varchar, workflow_id varchar, user_id varchar,
      parent_run_id varchar, status varchar, run_index bigint, run_data jsonb NOT NULL, created_at bigint NOT NULL,
      updated_at bigint)`,
    ...createIndexStatements(tables.runs, names.runTable, [
      ['session_id'],
      ['run_type'],
      ['agent_id'],
      ['team_id'],
      ['workflow_id'],
      ['user_id'],
      ['status'],
      ['created_at'],
      ['session_id', 'run_index'],
    ]),
    `CREATE TABLE IF NOT EXISTS ${tables.versions} (
      table_name varchar PRIMARY KEY, version varchar NOT NULL, created_at varchar NOT NULL, updated_at varchar)`,
    ...createIndexStatements(tables.versions, 'agno_schema_versions', [['created_at']]),
    ...[names.sessionTable, names.runTable].map(
      (table) => `INSERT INTO ${tables.versions} (table_name, version, created_at, updated_at)
        VALUES (${quoteLiteral(table)}, ${quoteLiteral(SCHEMA_VERSION)}, ${quoteLiteral(now)}, ${quoteLiteral(now)}) ON CONFLICT DO NOTHING`,
    ),
  ];
}

function createIndexStatements(table: string, name: string, columns: readonly (readonly string[])[]): string[] {
  return columns.map(
    (list) =>
      `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(distinctName(`idx_${name}_${list.join('_')}`))} ON ${table} (${list.join(', ')})`,
  );
}

/** PostgreSQL truncates longer names to this number of bytes, without an error. */
const MAX_NAME_BYTES = 63;

/** The name; if PostgreSQL would truncate it, its beginning and a digest, so that no two indexes get the same name. */
function distinctName(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const digest = hash('sha256', name).slice(0, 12);
  return `${Buffer.from(name)
    .toString('utf8', 0, MAX_NAME_BYTES - digest.length - 1)
    .replace(/\uFFFD$/, '')}_${digest}`;
}

/** An additional index on the sessions table that speeds up lists; AgentOS does not create it. */
export interface SessionIndex {
  readonly name: string;
  /** The lists that the index speeds up. */
  readonly purpose: string;
  readonly create: string;
  readonly drop: string;
  /** Returns a row if the index exists, but is unusable because its creation was interrupted. */
  readonly findInvalid: string;
}

/** Distinguishes our indexes from those of AgentOS. */
const INDEX_NAME_PREFIX = 'agno_session_service';

/** Suffixes of indexes that earlier versions of this service have created. */
const REPLACED_INDEXES = ['user', 'agent', 'team', 'workflow', 'updated'];

/** Sessions with equal values are sorted by id: see `orderBy` in list-sessions.sql.ts. */
const SORT_ORDERS = { created: 'created_at, session_id', updated: `(${LAST_CHANGE}), session_id` };

const FILTERED_COLUMNS = ['user', 'agent', 'team', 'workflow'];

const INDEX_DEFINITIONS: readonly (readonly [suffix: string, purpose: string, definition: string])[] = Object.entries(
  SORT_ORDERS,
).flatMap(([sorted, order]) => [
  [`by_${sorted}`, `lists sorted by ${sorted}_at`, `(${order})`] as const,
  ...FILTERED_COLUMNS.map(
    (filtered) =>
      [
        `by_${filtered}_${sorted}`,
        `lists of one ${filtered} sorted by ${sorted}_at`,
        `(${filtered}_id, ${order}) WHERE ${filtered}_id IS NOT NULL`,
      ] as const,
  ),
]);

/** The additional indexes of the sessions table, built and dropped CONCURRENTLY, so that writers are not blocked. */
export function sessionIndexes(names: TableNames): SessionIndex[] {
  const tables = qualifiedTables(names);
  return INDEX_DEFINITIONS.map(([suffix, purpose, definition]) => {
    const name = `${INDEX_NAME_PREFIX}_${suffix}`;
    return {
      name,
      purpose,
      create: `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${quoteIdentifier(name)} ON ${tables.sessions} ${definition}`,
      drop: dropIndex(tables, suffix),
      findInvalid: `SELECT 1 FROM pg_index WHERE NOT indisvalid
        AND indexrelid = to_regclass(${quoteLiteral(`${tables.schema}.${quoteIdentifier(name)}`)})`,
    };
  });
}

/** Statements that drop the indexes of earlier versions, which `sessionIndexes` replaces. */
export function dropReplacedIndexes(names: TableNames): string[] {
  return REPLACED_INDEXES.map((suffix) => dropIndex(qualifiedTables(names), suffix));
}

function dropIndex({ schema }: Tables, suffix: string): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${schema}.${quoteIdentifier(`${INDEX_NAME_PREFIX}_${suffix}`)}`;
}
