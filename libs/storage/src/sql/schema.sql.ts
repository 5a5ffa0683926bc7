import type { TableNames } from '@session-service/database';
import { distinctName, quoteIdentifier, quoteLiteral, type Tables } from '../table-names.js';

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
