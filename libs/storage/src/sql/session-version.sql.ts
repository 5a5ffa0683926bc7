import { hash } from 'node:crypto';
import type { Reader } from '@session-service/database';
import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { SESSION_CONDITION } from './session-filter.js';

/** The rows that a version covers: the session, the session and its runs, or the session and one run. */
export type VersionedPart = 'session' | 'runs' | 'run';

/** All runs of a session or one; `runId` is an SQL expression. */
type RunRows = 'runs' | { readonly runId: string };

/** As `VersionedPart`; or only these columns of the session's row, and all runs that it contains. */
type VersionedRows = 'session' | RunRows | { readonly columns: readonly string[] };

/** The columns of `versionColumns`, which are absent or null without row versions. */
export interface VersionedRow extends LayoutCheckedRow {
  /** Equal for equal rows as long as PostgreSQL gives no transaction id a second time. */
  readonly read_version?: string | null;
  /** The start of the server, which identifies it. */
  readonly read_server?: string | null;
  readonly read_on_standby?: 't' | 'f' | null;
  /** True if all commits of these rows are flushed, as everything is that a standby shows. */
  readonly read_flushed?: 't' | 'f' | null;
  /** The last checkpoint; null if it is not needed, since all is flushed. */
  readonly read_checkpoint?: string | null;
  /** The primary's `read_server`, in rows that a replica has returned. */
  primary?: string | undefined;
}

/** The prefix tells them from columns that a table may have in addition to AgentOS's. */
export const VERSION_COLUMNS = [
  'read_version',
  'read_server',
  'read_on_standby',
  'read_flushed',
  'read_checkpoint',
] as const;

/** Columns of the sessions table on which responses depend. */
const COLUMNS =
  'session_id, session_type, agent_id, team_id, workflow_id, user_id, session_data, agent_data, team_data, workflow_data, metadata, summary, created_at';

/** Every commit that a statement sees is before the insert position. A standby has no such positions. */
const IS_FLUSHED =
  'CASE WHEN pg_is_in_recovery() THEN true ELSE pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() END';

/**
 * Select list of the version of session `s` (ADR 12). Within the life of a server, a transaction leaves at most one row
 * of each id: id and `xmin` identify what it contains. Freezing keeps `xmin`; `updated_at` and sizes tell rows apart whose
 * transactions are four billion apart. Neither the columns nor their sizes are decompressed; naming all of them makes the
 * statement fail, like a read, when one is dropped or renamed.
 *
 * A transaction id is given again only if a crash has undone its commit, which must not be flushed then. The recovery from
 * a crash ends with a checkpoint, so that the last one tells unflushed rows from those of later transactions; the last one
 * of a standby does not.
 *
 * @param needsCheckpoint false: the checkpoint, which takes longer than the rest, is read only if not all is flushed
 */
export function versionColumns(statements: StatementCache, rows: VersionedRows, needsCheckpoint = false): string {
  const { layout } = statements;
  if (!layout.hasRowVersions) return VERSION_COLUMNS.map((column) => `NULL AS ${column}`).join(', ');
  // A read depends on the columns and tables of the layout as well, which can change without the rows.
  const digest = hash('sha256', layout.signature, 'base64url').slice(0, 12);
  const isOfColumns = typeof rows === 'object' && 'columns' in rows;
  const row = isOfColumns ? columnsVersion(statements, rows.columns) : rowVersion(statements, rows);
  const isNotNeeded = needsCheckpoint ? 'pg_is_in_recovery()' : IS_FLUSHED;
  const checkpoint = `CASE WHEN ${isNotNeeded} THEN NULL ELSE (pg_control_checkpoint()).checkpoint_lsn END`;
  return `concat_ws(' ', '${digest}', s.tableoid, ${row.join(', ')}) AS read_version, ${SERVER} AS read_server, pg_is_in_recovery() AS read_on_standby, ${IS_FLUSHED} AS read_flushed,
      ${checkpoint} AS read_checkpoint`;
}

function rowVersion(statements: StatementCache, rows: 'session' | RunRows): string[] {
  const { layout } = statements;
  const columns = layout.hasRunsColumn ? `${COLUMNS}, runs` : COLUMNS;
  const nulls = `num_nulls(${columns.replaceAll(/\w+/g, 's.$&')})`;
  const ofRuns = layout.hasRunsTable && rows !== 'session' ? [runsVersion(statements, rows)] : [];
  return ['s.xmin', 's.updated_at', nulls, ...ofRuns];
}

/** AgentOS writes the session's row with each run; this changes the version only if the row contains runs. */
function columnsVersion({ layout }: StatementCache, columns: readonly string[]): string[] {
  const values = `hashtextextended(ROW(${columns.map((column) => `s.${column}`).join(', ')})::text, 0)`;
  return layout.hasRunsColumn ? [values, 'CASE WHEN s.runs IS NOT NULL THEN s.xmin::text END'] : [values];
}

/** Microseconds tell one server from another, at the same address too. */
const SERVER = 'extract(epoch FROM pg_postmaster_start_time())';

/** The number of runs and a sum of hashes, which does not depend on their order. */
function runsVersion({ tables }: StatementCache, rows: RunRows): string {
  const one = rows === 'runs' ? '' : ` AND r.run_id = ${rows.runId}`;
  return `(SELECT concat_ws(' ', count(*), max(r.tableoid), sum(${runHash('r')})) FROM ${tables.runs} r WHERE r.session_id = s.session_id${one})`;
}

function runHash(run: string): string {
  const size = `pg_column_size(${run}.run_data)::bigint << 32`;
  return `hashint8extended(coalesce(${run}.updated_at, -1), hashtextextended(${run}.run_id, (${size}) | ${run}.xmin::text::bigint))`;
}

/** Columns of the runs table on which `runVersion` depends, besides `run_id` and `run_data`. */
export const RUN_VERSION_COLUMNS = 'tableoid, xmin, updated_at';

/** SQL of the version of one row of the runs table. @param run the alias of the table */
export function runVersion(run: string): string {
  return `concat_ws(' ', ${run}.tableoid, ${runHash(run)})`;
}

/** Adds the primary's start to a row that a replica has returned. */
export function notePrimary(row: VersionedRow | undefined, { primaryStartedAt }: Reader): void {
  if (row !== undefined) row.primary = primaryStartedAt;
}

/**
 * Selects the version of one session. $1 and $2: `sessionParameters`, $3: the run id of the part `run`.
 *
 * @param needsCheckpoint see `versionColumns`
 */
export function sessionVersion(part: VersionedPart, needsCheckpoint: boolean) {
  return (statements: StatementCache): string => {
    const columns = columnsOf(statements, part, '$3', needsCheckpoint);
    // Without a runs table, only this condition mentions $3.
    const parameters = part === 'run' ? ' AND ($3::text IS NULL OR true)' : '';
    return `SELECT ${columns} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}${parameters}`;
  };
}

/** A row of `sessionVersions`. */
export interface FoundVersion extends VersionedRow {
  /** The position of the session in the parameters, from 1; absent in a row of `sessionVersion`. */
  readonly ordinal?: string;
}

/**
 * As `sessionVersion` for several sessions; each parameter is an array. With arrays in sub-selects, PostgreSQL does not
 * plan the statement anew for every length.
 */
export function sessionVersions(part: VersionedPart, needsCheckpoint: boolean) {
  return (statements: StatementCache): string => {
    const names = part === 'run' ? ['id', 'owner', 'run_id'] : ['id', 'owner'];
    const arrays = names.map((_, index) => `(SELECT $${index + 1}::text[])`).join(', ');
    return `SELECT wanted.ordinal, ${columnsOf(statements, part, 'wanted.run_id', needsCheckpoint)}
      FROM unnest(${arrays}) WITH ORDINALITY AS wanted (${names.join(', ')}, ordinal) JOIN ${statements.tables.sessions} s
        ON s.session_id = wanted.id AND (wanted.owner IS NULL OR s.user_id = wanted.owner)`;
  };
}

function columnsOf(statements: StatementCache, part: VersionedPart, runId: string, needsCheckpoint: boolean): string {
  const { layout, tables } = statements;
  const version = versionColumns(statements, part === 'run' ? { runId } : part, needsCheckpoint);
  return layout.hasRunsTable ? version : `${version}, ${tableExists(tables.runs)} AS upgraded`;
}
