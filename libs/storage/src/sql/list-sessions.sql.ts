import type { ListedSession } from '@session-service/contract';
import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { asJsonb, isJsonText, jsonTextFlag, originalText } from './json-columns.js';
import { type MatchingSessions, pageOfMatches } from './matching-sessions.js';
import type { WhereClause } from './session-filter.js';
import { orderBy, type SessionOrder } from './session-order.js';
import { type PageStart, sessionsAfter } from './sessions-after.js';
import { IS_UNNAMED, LISTED_TYPE, sessionTitle, titleColumns } from './title-columns.js';

/** A listed session. `snapshot` (see `snapshotColumn`) and `upgraded` are the same in every row of a page. */
export interface PageRow extends ListedSession, LayoutCheckedRow {
  readonly snapshot: string | null;
  /** The text of the sort key; null for NULL. Only in lists with cursors. */
  readonly sort_value?: string | null;
}

export interface CountRow {
  /** Number of sessions in decimal digits. */
  readonly total: string;
  readonly snapshot: string | null;
}

/**
 * `plain` is for a row whose text exceeds 1 GiB: selects `0` in place of each JSON column. No response field accepts
 * `0`, so the response has null.
 */
export type PageColumns = 'all' | 'plain';

/**
 * One page of a list with the titles of its unnamed sessions, in one snapshot. The last two parameters are limit and
 * offset, or those of `startParameters`.
 *
 * The innermost SELECT reads stored values only, so that PostgreSQL decompresses nothing for sessions that it sorts or skips.
 * Titles come from sub-selects because joins need not preserve the order. `OFFSET 0` keeps the planner from flattening the
 * sub-selects, which would fetch a large `session_data` or compute a title twice.
 *
 * @param start in lists with cursors, the start of the page
 */
export function listPage(condition: WhereClause, order: SessionOrder, columns: PageColumns, start?: PageStart) {
  return (statements: StatementCache): string => {
    const { tables, layout } = statements;
    const plain = 'session_id, session_type, agent_id, team_id, workflow_id, user_id, created_at, updated_at';
    const stored = `session_data, metadata, summary, agent_data, workflow_data${layout.hasRunsColumn ? ', runs' : ''}`;
    const upgraded = layout.hasRunsTable ? '' : `, ${tableExists(tables.runs)} AS upgraded`;
    const sortValue = start === undefined ? '' : ', sort_value';
    const checks = `(SELECT ${snapshotColumn(statements)}) AS snapshot${upgraded}${sortValue}`;
    const all = `${plain}, ${stored}`;
    const parameters = condition.values.length;
    const page = pageOfMatches(condition, statements, (sessions) =>
      start === undefined
        ? sessionsAtOffset(order, all, sessions, parameters, statements)
        : sessionsAfter(start, order, all, sessions, parameters, statements),
    );
    if (columns === 'plain') {
      return `SELECT ${plain}, '0' AS session_data, '0' AS metadata, '0' AS summary, 'f' AS title_found, ${checks} FROM (${page}) page`;
    }
    const sessionData = isJsonText(statements, 'session_data') ? 'session_data' : 'data';
    const jsonText = jsonTextFlag(statements).map((flag) => `, ${flag}`);
    return `SELECT ${plain}, metadata, summary, ${sessionData} AS session_data, ${agentMember('sdk', statements)} AS sdk, ${agentMember('framework', statements)} AS framework,
      ${titleColumns(statements)}, ${checks}${jsonText}
      FROM (SELECT s.*, CASE WHEN ${IS_UNNAMED} THEN ${sessionTitle(statements)} END AS title
        FROM (SELECT page.*, ${asJsonb(statements, 'session_data')} #> '{}' AS data, ${LISTED_TYPE} AS type
          FROM (${page}) page OFFSET 0) s OFFSET 0) titled`;
  };
}

function sessionsAtOffset(
  order: SessionOrder,
  columns: string,
  { from, where }: MatchingSessions,
  precedingParameters: number,
  statements: StatementCache,
) {
  const [limit, offset] = [1, 2].map((index) => `$${precedingParameters + index}::bigint`);
  return `SELECT ${columns} FROM ${from} ${where()} ${orderBy(order, statements)} LIMIT ${limit} OFFSET ${offset}`;
}

export function countSessions(condition: WhereClause) {
  return (statements: StatementCache): string =>
    `SELECT count(*) AS total, ${snapshotColumn(statements)} AS snapshot FROM ${statements.tables.sessions} ${condition.sql(statements)}`;
}

/**
 * Changes with every commit (`pg_current_snapshot`). Null on standbys, whose snapshots lag. The rest identifies the server,
 * since transaction ids are reused after a crash: its start time, which tells it from any other server at the same address,
 * and its last checkpoint. When one of its processes is killed, the server recovers without a new start time, but with a
 * checkpoint before it accepts connections.
 */
function snapshotColumn({ layout }: StatementCache): string {
  if (!layout.canCacheCounts) return 'NULL';
  return `CASE WHEN NOT pg_is_in_recovery()
    THEN concat_ws(' ', pg_current_snapshot(), pg_postmaster_start_time(), (pg_control_checkpoint()).checkpoint_lsn) END`;
}

function agentMember(name: string, statements: StatementCache): string {
  const member = `${asJsonb(statements, 'agent_data')}->'${name}'`;
  return isJsonText(statements, 'agent_data') ? originalText(`(${member})::text`) : member;
}
