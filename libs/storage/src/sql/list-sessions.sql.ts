import type { ListedSession, SessionType } from '@session-service/contract';
import type { SqlValue } from '@session-service/database';
import type { StatementCache } from '../layout.js';
import { quoteIdentifier, tableExists } from '../table-names.js';
import { IS_UNNAMED, LISTED_TYPE, sessionTitle, TITLE_COLUMNS } from './title-columns.js';

/** Which sessions a list is about. Absent means no condition; an empty string is a value like any other. */
export interface SessionFilter {
  readonly type?: SessionType | undefined;
  readonly componentId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionName?: string | undefined;
}

export interface SessionOrder {
  /** A column of the table; undefined for no order. */
  readonly sortBy?: string | undefined;
  readonly descending: boolean;
}

const COMPONENT_COLUMNS: Record<SessionType, string> = { agent: 'agent_id', team: 'team_id', workflow: 'workflow_id' };

/** A WHERE clause, its parameters, and a key that is the same for the same text. */
export interface WhereClause {
  readonly key: string;
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/**
 * How much of a stored name a filter is compared with, in characters. PostgreSQL cannot be interrupted while it compares
 * one value with a pattern, and a name may be as long as a request body.
 */
const COMPARED_CHARACTERS = 10_000;
const COMPARED_NAME = `left(coalesce(session_data->>'session_name', ''), ${COMPARED_CHARACTERS})`;

/** The condition of a list. A name matches as ILIKE pattern, unescaped, against the stored name only. */
export function whereClause({ type, componentId, userId, sessionName }: SessionFilter): WhereClause {
  const parts: [key: string, text: (place: string) => string, value: string | undefined][] = [
    ['user', (place) => `user_id = ${place}`, userId],
    [type ?? 'any', (place) => componentMatches(type, place), componentId],
    ['name', (place) => `${COMPARED_NAME} ILIKE '%' || ${place} || '%'`, sessionName],
    ['type', (place) => `session_type = ${place}`, type],
  ];
  const given = parts.filter(([, , value]) => value !== undefined);
  const texts = given.map(([, text], index) => text(`$${index + 1}::text`));
  return {
    key: given.map(([key]) => key).join('+'),
    text: texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`,
    values: given.map(([, , value]) => value ?? null),
  };
}

function componentMatches(type: SessionType | undefined, place: string): string {
  if (type !== undefined) return `${COMPONENT_COLUMNS[type]} = ${place}`;
  return `(${Object.values(COMPONENT_COLUMNS)
    .map((column) => `${column} = ${place}`)
    .join(' OR ')})`;
}

/**
 * The visible transactions, in the same words while nothing is committed; a standby cannot tell so exactly. A server that
 * was killed, or another one in its place, may give transaction ids a second time: so its start is part of the words.
 */
function snapshotColumn({ layout }: StatementCache): string {
  if (!layout.hasSnapshots) return 'NULL';
  return "CASE WHEN NOT pg_is_in_recovery() THEN pg_current_snapshot() || ' ' || pg_postmaster_start_time() END";
}

/** A listed session and, the same in every row, what the page was read in. */
export interface PageRow extends ListedSession {
  readonly snapshot: string | null;
  /** A runs table came into being since the layout was read. */
  readonly upgraded?: 't' | 'f';
}

export interface CountRow {
  /** Number of sessions, as digits. */
  readonly total: string;
  readonly snapshot: string | null;
}

/** `plain`: the JSON of the rows is not printed, and `0` stands in its place, which fits no field. */
export type PageColumns = 'all' | 'plain';

/**
 * One page of a list with the titles of its unnamed sessions, in one snapshot. The last two parameters are limit and
 * offset.
 *
 * The innermost SELECT takes stored values only, so that nothing is decompressed for sessions that are sorted or skipped.
 * Titles come from sub-selects, never from joins, which would not have to keep the order. `OFFSET 0` keeps the planner
 * from merging the levels, and so from fetching a large `session_data` twice or looking for a title twice.
 */
export function listPage(condition: WhereClause, order: SessionOrder, columns: PageColumns) {
  return (book: StatementCache): string => {
    const { tables, layout } = book;
    const plain = 'session_id, session_type, agent_id, team_id, workflow_id, user_id, created_at, updated_at';
    const stored = `session_data, metadata, summary, agent_data, workflow_data${layout.hasRunsColumn ? ', runs' : ''}`;
    const sessions = `SELECT ${plain}, ${stored} FROM ${tables.sessions} ${condition.text} ${orderBy(order)}`;
    const upgraded = layout.hasRunsTable ? '' : `, ${tableExists(tables.runs)} AS upgraded`;
    const seen = `(SELECT ${snapshotColumn(book)}) AS snapshot${upgraded}`;
    const parameters = condition.values.length;
    const page = `${sessions} LIMIT $${parameters + 1}::bigint OFFSET $${parameters + 2}::bigint`;
    if (columns === 'plain') {
      return `SELECT ${plain}, '0' AS session_data, '0' AS metadata, '0' AS summary, 'f' AS title_found, ${seen} FROM (${page}) page`;
    }
    return `SELECT ${plain}, metadata, summary, data AS session_data, agent_data->'sdk' AS sdk, agent_data->'framework' AS framework,
      ${TITLE_COLUMNS}, ${seen}
      FROM (SELECT s.*, CASE WHEN ${IS_UNNAMED} THEN ${sessionTitle(book)} END AS title
        FROM (SELECT page.*, session_data #> '{}' AS data, ${LISTED_TYPE} AS type
          FROM (${page}) page OFFSET 0) s OFFSET 0) titled`;
  };
}

export function countSessions(condition: WhereClause) {
  return (book: StatementCache): string =>
    `SELECT count(*) AS total, ${snapshotColumn(book)} AS snapshot FROM ${book.tables.sessions} ${condition.text}`;
}

function orderBy({ sortBy, descending }: SessionOrder): string {
  if (sortBy === undefined) return '';
  const column = sortBy === 'updated_at' ? 'coalesce(updated_at, created_at)' : quoteIdentifier(sortBy);
  return `ORDER BY ${column} ${descending ? 'DESC' : 'ASC'}`;
}
