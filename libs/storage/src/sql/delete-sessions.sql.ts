import type { StatementCache } from '../layout.js';
import { existsInCatalogue, tableExists } from '../table-names.js';
import { mayDeleteResults } from './layout.sql.js';
import { OWNER_CONDITION } from './session-filter.js';

/** `stale`: a table was created after the layout was read, so nothing was deleted. */
export interface DeleteRow {
  readonly stale: 't' | 'f';
}

/** $1 ids, $2 owner or null: the sessions `s` to delete. */
const SELECTED_SESSIONS = `s.session_id = ANY($1::text[]) AND ${OWNER_CONDITION}`;

/**
 * Locks the sessions, in the order of their ids, so that concurrent deletes do not deadlock. $1 ids, $2 owner or null.
 * Runs before `deleteSessions`: a statement that waits for a lock itself does not see rows committed meanwhile.
 */
export function lockSessions({ tables }: StatementCache): string {
  return `SELECT count(*) FROM
    (SELECT FROM ${tables.sessions} s WHERE ${SELECTED_SESSIONS} ORDER BY s.session_id FOR UPDATE) locked`;
}

/** Rows of other tables that are deleted with the sessions. */
export interface Deletion {
  /** Those of ids that have no session. */
  readonly leftovers: boolean;
  /** Stored tool results, if the layout permits. */
  readonly results: boolean;
}

/**
 * Deletes sessions and the rows that belong to them, in one statement. $1 ids, $2 owner or null. Deletes nothing when a
 * table exists that the cached layout does not contain.
 */
export function deleteSessions(statements: StatementCache, { leftovers, results }: Deletion): string {
  const { tables, layout } = statements;
  const known = new Set<string>(layout.cascade);
  const isStale = appearances(statements).join(' OR ') || 'false';
  const leftoverIds = 'UNION SELECT unnest($1::text[]) FROM layout WHERE NOT stale';
  const where = (column: string) => `WHERE ${column} IN (SELECT id FROM doomed)`;
  const cascade = [
    ...(layout.hasRunsTable ? [`runs AS (DELETE FROM ${tables.runs} ${where('session_id')})`] : []),
    ...(known.has('transcripts')
      ? [`transcripts AS (DELETE FROM ${tables.transcripts} ${where('agno_session_id')})`]
      : []),
    ...(known.has('compactions') ? [`compactions AS (DELETE FROM ${tables.compactions} ${where('session_id')})`] : []),
    ...(results && known.has('toolResults')
      ? [`results AS (DELETE FROM ${tables.toolResults} ${where('session_id')} RETURNING namespace, path)`]
      : []),
    ...(results && known.has('payloads')
      ? [
          `payloads AS (DELETE FROM ${tables.payloads} p USING results r WHERE p.namespace = r.namespace AND p.path = r.path)`,
        ]
      : []),
  ];
  return `WITH layout AS (SELECT ${isStale} AS stale),
    gone AS (DELETE FROM ${tables.sessions} s USING layout WHERE NOT stale
      AND ${SELECTED_SESSIONS} RETURNING s.session_id),
    doomed AS (SELECT session_id AS id FROM gone ${leftovers ? leftoverIds : ''})
    ${cascade.map((cte) => `, ${cte}`).join('')}
    SELECT stale FROM layout`;
}

/** SQL expressions, each true if a table that belongs to the cascade has appeared since the layout was read. */
function appearances({ tables, layout }: StatementCache): string[] {
  const known = new Set<string>(layout.cascade);
  const { runs, transcripts, compactions, toolResults, payloads } = tables;
  return [
    ...(layout.hasRunsTable ? [] : [tableExists(runs)]),
    ...(known.has('transcripts') ? [] : [tableExists(transcripts)]),
    ...(known.has('compactions') ? [] : [tableExists(compactions)]),
    // `tableExists` first, since it is faster.
    ...(known.has('toolResults') ? [] : [`${tableExists(toolResults)} AND ${mayDeleteResults(tables)}`]),
    ...(known.has('toolResults') && !known.has('payloads') ? [existsInCatalogue(payloads)] : []),
  ];
}
