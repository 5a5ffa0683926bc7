import type { StatementCache } from '../layout.js';
import { existsInCatalogue, tableExists } from '../table-names.js';
import { mayDeleteResults } from './layout.sql.js';
import { OWNER_CONDITION } from './session-filter.js';

/** `stale`: a table was created after the layout was read, so nothing was deleted. */
export interface DeleteRow {
  readonly stale: 't' | 'f';
}

/** Rows that are deleted. */
export interface Deletion {
  /** `one`: $1 has one id. PostgreSQL then keeps one plan; it plans `= ANY` anew for each execution. */
  readonly ids: 'one' | 'many';
  /** True: also the rows of other tables whose session does not exist. */
  readonly leftovers: boolean;
  /** True: also stored tool results, if the layout permits it. */
  readonly results: boolean;
}

/** $1 ids, $2 owner or null: the sessions `s` to delete. */
const selectedSessions = (ids: Deletion['ids']) =>
  `s.session_id = ${ids === 'one' ? '($1::text[])[1]' : 'ANY($1::text[])'} AND ${OWNER_CONDITION}`;

/**
 * Locks the sessions, in the order of their ids, so that concurrent deletes do not deadlock. $1 ids, $2 owner or null.
 * Runs before `deleteSessions`: a statement that waits for a lock itself does not see rows committed meanwhile.
 */
export function lockSessions({ tables }: StatementCache, ids: Deletion['ids']): string {
  const order = ids === 'one' ? '' : 'ORDER BY s.session_id';
  const locked = `SELECT FROM ${tables.sessions} s WHERE ${selectedSessions(ids)} ${order} FOR UPDATE`;
  // The condition is never true: no row is sent.
  return `SELECT FROM (${locked}) locked HAVING count(*) < 0`;
}

/**
 * Deletes sessions and the rows that belong to them, in one statement. $1 ids, $2 owner or null. Deletes nothing when a
 * table exists that the cached layout does not contain.
 */
export function deleteSessions(statements: StatementCache, { ids, leftovers, results }: Deletion): string {
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
      AND ${selectedSessions(ids)} RETURNING s.session_id),
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
    // The faster condition comes first.
    ...(known.has('toolResults') ? [] : [`${tableExists(toolResults)} AND ${mayDeleteResults(tables)}`]),
    ...(known.has('toolResults') && !known.has('payloads') ? [existsInCatalogue(payloads)] : []),
  ];
}
