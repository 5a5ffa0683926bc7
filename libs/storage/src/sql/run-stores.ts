import type { StatementCache } from '../layout.js';
import { isJsonText, JSON_ENTRIES } from './json-columns.js';
import { RUN_VERSION_COLUMNS, runVersion } from './session-version.sql.js';

/** SQL of the runs of a session `s` that are in one place: in the legacy column or in the runs table. */
export interface RunStore {
  readonly name: 'column' | 'table';
  /** FROM clause, which follows that of `s`, and condition. */
  readonly from: string;
  readonly condition: string;
  /** The alias and the columns of the FROM clause on which the following expressions depend. */
  readonly alias: string;
  readonly columns: string;
  /** The run as stored. */
  readonly stored: string;
  readonly parentRunId: string;
  readonly runId: string;
  /** A `TableKey` or a `ColumnEntry`, as JSON. */
  readonly position: string;
  /** The version of the row of the runs table that has the run. NULL for a run that only the column has. */
  readonly version: string;
  /** SQL of the sort keys of the runs. PostgreSQL sorts NULL after every value. */
  readonly order: readonly string[];
}

/**
 * The runs of the session in the CTE `source`, in AgentOS's order: first the entries of the legacy column, each replaced by the
 * runs table's run of the same id, then the other runs of the table. Skips entries without an id, and table runs
 * without one if the column has entries.
 */
export function runStores(statements: StatementCache, source: string): RunStore[] {
  const { layout, tables } = statements;
  const isJson = isJsonText(statements, 'runs');
  const elements = isJson
    ? JSON_ENTRIES
    : `jsonb_array_elements(CASE jsonb_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END)
      WITH ORDINALITY AS element(entry, ordinal)`;
  const isEntry = "jsonb_typeof(entry) = 'object' AND entry->>'run_id' IS NOT NULL";
  const isVersioned = layout.hasRunsTable && layout.hasRowVersions;
  const inTable = (rows: string, condition = ''): RunStore => ({
    name: 'table',
    from: `${rows} r`,
    condition: `r.session_id = s.session_id${condition}`,
    alias: 'r',
    columns: `run_data, run_index, created_at, run_id${isVersioned ? `, ${RUN_VERSION_COLUMNS}` : ''}`,
    stored: 'r.run_data',
    parentRunId: 'r.parent_run_id',
    runId: 'r.run_id',
    position: 'json_build_array(r.run_index::text, r.created_at::text, r.run_id)',
    version: isVersioned ? runVersion('r') : 'NULL',
    order: ['r.run_index', 'r.created_at', 'r.run_id'],
  });
  const inColumn = (stored: string, object = 'entry', version = 'NULL'): RunStore => ({
    name: 'column',
    from: elements,
    condition: isEntry,
    alias: 'element',
    columns: isJson ? 'item, entry, ordinal' : 'entry, ordinal',
    stored,
    parentRunId: `${object}->>'parent_run_id'`,
    runId: "entry->>'run_id'",
    position: `json_build_array(ordinal::text, ${ENTRY_HASH}::text)`,
    version,
    order: ['ordinal'],
  });
  if (!layout.hasRunsColumn) return [inTable(layout.hasRunsTable ? tables.runs : NO_RUNS)];
  if (!layout.hasRunsTable) return [inColumn(isJson ? 'item' : 'entry')];
  const ofCopy = (value: string) => `(SELECT ${value} FROM ${tables.runs} c WHERE c.session_id = s.session_id
      AND c.run_id = entry->>'run_id' AND c.run_data->'run_id' = entry->'run_id')`;
  const copy = ofCopy('c.run_data');
  const entries = `${source} s, ${elements} WHERE ${isEntry}`;
  const isInColumn = `(r.run_id, r.run_data->'run_id') IN (SELECT entry->>'run_id', entry->'run_id' FROM ${entries})`;
  // Most sessions have no entries; this condition then saves a lookup per run.
  const hasEntries = isJson
    ? `(SELECT CASE json_typeof(runs) WHEN 'array' THEN json_array_length(runs) > 0 END FROM ${source})`
    : `(SELECT jsonb_typeof(runs) = 'array' AND runs <> '[]' FROM ${source})`;
  return [
    inColumn(
      isJson ? `coalesce(${copy}::text, item::text)` : `coalesce(${copy}, entry)`,
      `coalesce(${copy}, entry)`,
      isVersioned ? ofCopy(runVersion('c')) : 'NULL',
    ),
    inTable(
      tables.runs,
      ` AND (${hasEntries} IS NOT TRUE OR (r.run_data->>'run_id' IS NOT NULL AND NOT ${isInColumn}))`,
    ),
  ];
}

/** Identifies an entry of the column in positions, in which an id of any length has room. */
export const ENTRY_HASH = "hashtextextended(entry->>'run_id', 0)";

/** In place of the runs table before AgentOS creates it. */
const NO_RUNS = `(SELECT NULL::varchar AS session_id, NULL::varchar AS run_id, NULL::varchar AS parent_run_id, NULL::jsonb AS run_data,
      NULL::bigint AS run_index, NULL::bigint AS created_at WHERE false)`;
