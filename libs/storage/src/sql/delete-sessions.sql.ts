import { CASCADE_TABLES, type StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
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

/** Deletes sessions and all rows that belong to them, in one statement. $1 ids, $2 owner or null. */
export function deleteSessions(statements: StatementCache): string {
  return deletion(statements, 'SELECT session_id AS id FROM gone');
}

/** As `deleteSessions`, and also deletes leftover rows of ids that have no session. */
export function deleteSessionsAndLeftovers(statements: StatementCache): string {
  return deletion(
    statements,
    'SELECT session_id AS id FROM gone UNION SELECT unnest($1::text[]) FROM layout WHERE NOT stale',
  );
}

/**
 * Deletes nothing when a table exists that the cached layout does not contain.
 *
 * @param doomed query of the ids whose rows are deleted from the other tables
 */
function deletion({ tables, layout }: StatementCache, doomed: string): string {
  const known = new Set<string>(layout.cascade);
  const unknown = CASCADE_TABLES.filter((table) => !known.has(table)).map((table) => tables[table]);
  if (!layout.hasRunsTable) unknown.push(tables.runs);
  const isStale = unknown.map(tableExists).join(' OR ') || 'false';
  const where = (column: string) => `WHERE ${column} IN (SELECT id FROM doomed)`;
  const cascade = [
    ...(layout.hasRunsTable ? [`runs AS (DELETE FROM ${tables.runs} ${where('session_id')})`] : []),
    ...(known.has('transcripts')
      ? [`transcripts AS (DELETE FROM ${tables.transcripts} ${where('agno_session_id')})`]
      : []),
    ...(known.has('compactions') ? [`compactions AS (DELETE FROM ${tables.compactions} ${where('session_id')})`] : []),
    ...(known.has('toolResults')
      ? [`results AS (DELETE FROM ${tables.toolResults} ${where('session_id')} RETURNING namespace, path)`]
      : []),
    ...(known.has('toolResults') && known.has('payloads')
      ? [
          `payloads AS (DELETE FROM ${tables.payloads} p USING results r WHERE p.namespace = r.namespace AND p.path = r.path)`,
        ]
      : []),
  ];
  return `WITH layout AS (SELECT ${isStale} AS stale),
    gone AS (DELETE FROM ${tables.sessions} s USING layout WHERE NOT stale
      AND ${SELECTED_SESSIONS} RETURNING s.session_id),
    doomed AS (${doomed})
    ${cascade.map((cte) => `, ${cte}`).join('')}
    SELECT stale FROM layout`;
}
