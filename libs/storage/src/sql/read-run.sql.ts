import type { StoredSession } from '@session-service/contract';
import type { RawJson } from '@session-service/json';
import type { StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { isJsonText, JSON_ENTRIES, jsonTextFlag } from './json-columns.js';
import { SESSION_CONDITION } from './session-filter.js';
import { type VersionedRow, versionColumns } from './session-version.sql.js';

/** One run from the runs table or the legacy column, and the session columns from which its SDK label is derived. */
export interface RunRow
  extends Pick<StoredSession, 'session_type' | 'agent_id' | 'team_id' | 'workflow_id' | 'agent_data'>,
    VersionedRow {
  readonly table_run: RawJson | null;
  readonly legacy_run: RawJson | null;
  /** True if the session has any run. */
  readonly has_runs: 't' | 'f';
}

/**
 * Selects one run of a session. $1 and $2: `sessionParameters`, $3: run id.
 *
 * @param isVersioned with `versionColumns`
 */
export function readRun(isVersioned: boolean) {
  return (statements: StatementCache): string => selectRun(statements, isVersioned);
}

function selectRun(statements: StatementCache, isVersioned: boolean): string {
  const { layout, tables } = statements;
  const isJson = isJsonText(statements, 'runs');
  const [stored, entry] = isJson ? ['item', 'entry'] : ['e', 'e'];
  const inTable = `FROM ${tables.runs} r WHERE r.session_id = s.session_id`;
  const elements = isJson
    ? JSON_ENTRIES
    : "jsonb_array_elements(CASE jsonb_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END) e";
  const entries = `FROM ${elements}
      WHERE jsonb_typeof(${entry}) = 'object'`;
  const hasRuns = [
    ...(layout.hasRunsTable ? [`EXISTS (SELECT ${inTable})`] : []),
    ...(layout.hasRunsColumn ? [`EXISTS (SELECT ${entries} AND ${entry}->>'run_id' IS NOT NULL)`] : []),
  ];
  const version = isVersioned ? `, ${versionColumns(statements, { runId: '$3' })}` : '';
  const jsonText = jsonTextFlag(statements)
    .map((flag) => `, ${flag}`)
    .join('');
  return `SELECT s.session_type, s.agent_id, s.team_id, s.workflow_id, s.agent_data,
      ${layout.hasRunsTable ? `(SELECT r.run_data ${inTable} AND r.run_id = $3)` : 'NULL'} AS table_run,
      ${layout.hasRunsColumn ? `(SELECT ${stored} ${entries} AND ${entry}->>'run_id' = $3 LIMIT 1)` : 'NULL'} AS legacy_run,
      ${hasRuns.join(' OR ') || 'false'} AS has_runs${layout.hasRunsTable ? '' : `, ${tableExists(tables.runs)} AS upgraded`}${jsonText}${version}
      FROM ${tables.sessions} s WHERE ${SESSION_CONDITION}`;
}
