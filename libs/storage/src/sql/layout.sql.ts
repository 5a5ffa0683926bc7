import { namedStatement, type Statement, type TableNames } from '@session-service/database';
import {
  COMPACTIONS,
  existsInCatalogue,
  fromCatalogue,
  qualifiedTables,
  quoteLiteral,
  type Tables,
  TRANSCRIPTS,
} from '../table-names.js';

type Flag = 't' | 'f';

export interface LayoutRow {
  /** JSON object: types of the columns of the sessions table by name. */
  readonly columns: string;
  readonly runs_table: Flag;
  readonly transcripts: Flag;
  readonly compactions: Flag;
  readonly tool_results: Flag;
  readonly payloads: Flag;
  /** False if the tool results of a session and their payloads exist but cannot be deleted. */
  readonly results_deletable: Flag;
  readonly cacheable: Flag;
  readonly versioned: Flag;
  /** JSON list: see `Layout.indexedColumns`. */
  readonly indexed_columns: string;
  readonly metadata_index: Flag;
  /** Rights on the schema and its tables that the role lacks, for example `UPDATE on ai.agno_sessions`. */
  readonly missing_rights: string | null;
}

/** Reads the layout and the role's rights from the catalogue. Touches no table and fails for no right that is missing. */
export function layoutStatement(names: TableNames, tables: Tables): Statement {
  const exists = (table: keyof Tables) => existsInCatalogue(tables[table]);
  return namedStatement(
    'layout',
    `SELECT ${exists('runs')} AS runs_table, ${exists('transcripts')} AS transcripts, ${exists('compactions')} AS compactions,
      ${exists('toolResults')} AS tool_results, ${exists('payloads')} AS payloads, ${mayDeleteResults(tables)} AS results_deletable,
      ${canCacheCounts(tables.sessions)} AS cacheable, ${hasRowVersions(tables)} AS versioned, ${missingRights(names)} AS missing_rights,
      ${indexedColumns(tables.sessions)} AS indexed_columns, ${hasMetadataIndex(tables.sessions)} AS metadata_index,
      (SELECT coalesce(json_object_agg(attname, format_type(atttypid, NULL) ORDER BY attnum), '{}') FROM pg_attribute
        WHERE attrelid = (SELECT c.oid ${fromCatalogue(tables.sessions)}) AND attnum > 0 AND NOT attisdropped) AS columns`,
  );
}

/** SQL expression: true if every change of the table changes the snapshot of this server, with PostgreSQL 13 or later. */
function canCacheCounts(table: string): string {
  return `(${storesAllRows(table)} AND to_regprocedure('pg_current_snapshot()') IS NOT NULL
      AND ${mayCall('pg_control_checkpoint()')})`;
}

/** SQL expression: true if every change of a row changes its `xmin`, and the role may read what tells of a crash. */
function hasRowVersions({ sessions, runs }: Tables): string {
  const functions = ['pg_control_checkpoint()', 'pg_current_wal_flush_lsn()', 'pg_current_wal_insert_lsn()'];
  const versioned = (table: string) => `${storesAllRows(table)} AND ${mayReadWhole(table)}`;
  return `(${versioned(sessions)} AND (NOT ${existsInCatalogue(runs)} OR ${versioned(runs)} AND ${hasVersionedColumns(runs)})
      AND ${functions.map(mayCall).join(' AND ')})`;
}

/** SQL expression: true if the role may read all columns. Rights on single columns do not include `xmin`. */
function mayReadWhole(table: string): string {
  return `(SELECT has_table_privilege(c.oid, 'SELECT') ${fromCatalogue(table)})`;
}

/** SQL expression: true if the runs table has the columns of a version, with the types that AgentOS gives them. */
function hasVersionedColumns(runs: string): string {
  return `(SELECT count(*) = 2 FROM pg_attribute a WHERE a.attrelid = (SELECT c.oid ${fromCatalogue(runs)})
        AND NOT a.attisdropped AND (a.attname = 'run_id' AND a.atttypid IN ('varchar'::regtype, 'text'::regtype)
          OR a.attname = 'updated_at' AND a.atttypid IN ('int8'::regtype, 'int4'::regtype)))`;
}

/**
 * SQL expression: true if the table stores all of its rows on this server, and statements see all of them: those of views,
 * foreign partitions and distributed tables can change elsewhere, and the rows that row security shows can depend on
 * anything. Compatible products differ.
 */
function storesAllRows(table: string): string {
  return `EXISTS (SELECT ${fromCatalogue(table)} AND relkind = 'r' AND NOT relhasrules
      AND NOT relrowsecurity AND relam = (SELECT oid FROM pg_am WHERE amname = 'heap')
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)
      AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
      AND version() LIKE 'PostgreSQL %' AND version() !~ '-YB-|Greenplum|Redshift|Cockroach')`;
}

function mayCall(name: string): string {
  return `has_function_privilege(to_regprocedure('${name}'), 'EXECUTE')`;
}

/**
 * An SQL expression: the columns with component ids whose values can be read in order from an index, as a JSON list. A
 * partial index must contain all values, as those of session-indexes.sql.ts do.
 */
function indexedColumns(table: string): string {
  return `(SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam JOIN pg_opclass o ON o.oid = i.indclass[0]
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = (SELECT c.oid ${fromCatalogue(table)}) AND i.indisvalid AND m.amname = 'btree'
          AND a.attname IN (${COMPONENT_COLUMNS.map(quoteLiteral).join(', ')}) AND o.opcname IN ('text_ops', 'varchar_ops')
          AND i.indcollation[0] = a.attcollation
          AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))`;
}

/** SQL expression: true if there is a whole GIN index on metadata, as session-indexes.sql.ts creates. */
function hasMetadataIndex(table: string): string {
  return `EXISTS (SELECT FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam JOIN pg_opclass o ON o.oid = i.indclass[0]
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = (SELECT c.oid ${fromCatalogue(table)}) AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'gin'
          AND a.attname = 'metadata' AND o.opcname IN ('jsonb_ops', 'jsonb_path_ops'))`;
}

const COMPONENT_COLUMNS = ['agent_id', 'team_id', 'workflow_id'];

/** Returns a row unless the sessions table exists and has a column that the role may not read. */
export function sessionsReadable(names: TableNames): Statement {
  return namedStatement(
    'probe',
    `SELECT 1 WHERE NOT EXISTS (SELECT ${fromCatalogue(qualifiedTables(names).sessions)} AND NOT
      (has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')))))`,
  );
}

/**
 * SQL expression: true if the role may delete tool results together with their payloads, and both tables have the columns
 * that this needs; true without the tables.
 */
export function mayDeleteResults({ toolResults, payloads }: Tables): string {
  return `${mayDeleteFrom(toolResults, ['session_id', 'namespace', 'path'])} AND ${mayDeleteFrom(payloads, ['namespace', 'path'])}`;
}

function mayDeleteFrom(table: string, columns: readonly string[]): string {
  return `coalesce((SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'DELETE') AND ${columns.length} =
        (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
          AND a.attname IN (${columns.map(quoteLiteral).join(', ')}) AND has_column_privilege(c.oid, a.attnum, 'SELECT'))
        ${fromCatalogue(table)}), true)`;
}

function missingRights({ schema, sessionTable, runTable }: TableNames): string {
  const needed: [table: string, rights: readonly string[]][] = [
    [sessionTable, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']],
    [runTable, ['SELECT', 'INSERT', 'DELETE']],
    [TRANSCRIPTS, ['SELECT', 'DELETE']],
    [COMPACTIONS, ['SELECT', 'DELETE']],
  ];
  const rows = needed.flatMap(([table, rights]) =>
    rights.map((right) => `(${quoteLiteral(table)}::name, ${quoteLiteral(right)})`),
  );
  const inSchema = `n.nspname = ${quoteLiteral(schema)}::name`;
  return `(SELECT string_agg(missing, ', ' ORDER BY missing) FROM (
        SELECT 'USAGE on schema ' || n.nspname AS missing FROM pg_namespace n
          WHERE ${inSchema} AND NOT has_schema_privilege(n.oid, 'USAGE')
        UNION ALL SELECT needed.privilege || ' on ' || n.nspname || '.' || c.relname
          FROM (VALUES ${rows.join(', ')}) AS needed (relname, privilege)
          JOIN pg_class c ON c.relname = needed.relname JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE ${inSchema} AND NOT has_table_privilege(c.oid, needed.privilege)) rights)`;
}
