import { type Database, type Deadline, namedStatement, type Statement } from '@agno/database';
import { quoteLiteral, type Tables, tableExists } from './tables.js';

/**
 * How a database keeps its sessions, found out at run time:
 * v2 (agno 2.x) has runs in a column, v3 (agno 3.x) in a table, and a 2.x database that 3.x was started on has both.
 */
export interface Layout {
  readonly hasSessions: boolean;
  readonly hasRunsColumn: boolean;
  readonly hasRunsTable: boolean;
  /** Tables of the delete cascade that exist. */
  readonly cascade: readonly CascadeTable[];
  /** The server can name the snapshot that a statement sees (PostgreSQL 13, not all that speak its protocol). */
  readonly hasSnapshots: boolean;
  /** Columns of the sessions table: what `sort_by` may name. */
  readonly columns: ReadonlySet<string>;
}

export type CascadeTable = 'transcripts' | 'compactions' | 'toolResults' | 'payloads';

export const CASCADE_TABLES: readonly CascadeTable[] = ['transcripts', 'compactions', 'toolResults', 'payloads'];

interface LayoutRow extends Record<CascadeTable, 't' | 'f'> {
  readonly columns: string;
  readonly runs_table: 't' | 'f';
  readonly snapshots: 't' | 'f';
}

/** How long the catalogue may take, in milliseconds. */
const LAYOUT_TIMEOUT_MS = 5_000;

/** Reads the layout from the catalogue: one statement, no table is touched. */
export async function readLayout(database: Database, tables: Tables, deadline: Deadline): Promise<Layout> {
  const [row] = await database.queryWithin<LayoutRow>(LAYOUT_TIMEOUT_MS, layoutStatement(tables), [], deadline);
  const columns = new Set(JSON.parse(row?.columns ?? '[]') as string[]);
  return {
    hasSessions: columns.size > 0,
    hasRunsColumn: columns.has('runs'),
    hasRunsTable: row?.runs_table === 't',
    hasSnapshots: row?.snapshots === 't',
    cascade: CASCADE_TABLES.filter((table) => row?.[table] === 't'),
    columns,
  };
}

function layoutStatement(tables: Tables): Statement {
  const cascade = CASCADE_TABLES.map((table) => `${tableExists(tables[table])} AS "${table}"`);
  return namedStatement(
    'layout',
    `SELECT ${tableExists(tables.runs)} AS runs_table, to_regproc('pg_current_snapshot') IS NOT NULL AS snapshots, ${cascade.join(', ')},
      (SELECT coalesce(json_agg(attname), '[]') FROM pg_attribute
        WHERE attrelid = to_regclass(${quoteLiteral(tables.sessions)}) AND attnum > 0 AND NOT attisdropped) AS columns`,
  );
}
