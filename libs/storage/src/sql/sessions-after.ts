import type { ListPosition } from '@session-service/contract';
import type { StatementCache } from '../layout.js';
import type { MatchingSessions } from './matching-sessions.js';
import { type SessionOrder, sortKey } from './session-order.js';

/** Where a page of a list with cursors begins. Within one kind, the SQL is the same. */
export type PageStart = 'first' | 'after-value' | 'after-null';

export function pageStart(position: ListPosition | undefined): PageStart {
  if (position === undefined) return 'first';
  return position.value === null ? 'after-null' : 'after-value';
}

/** The parameters of `sessionsAfter` that follow those of the condition: limit, id, value. */
export function startParameters(limit: bigint, position: ListPosition | undefined): string[] {
  if (position === undefined) return [`${limit}`];
  return position.value === null ? [`${limit}`, position.id] : [`${limit}`, position.id, position.value];
}

/**
 * SQL of the sessions after a position, with the text of their sort key as `sort_value`. Rows are compared with the position like
 * index entries, so that an index on the sort key and the id reads nothing before it. PostgreSQL sorts NULL after every value,
 * but a comparison with it is never true: the rows on its other side are a second branch.
 * https://www.postgresql.org/docs/current/functions-comparisons.html#ROW-WISE-COMPARISON
 *
 * @param columns the columns to select
 * @param precedingParameters number of the condition's parameters
 */
export function sessionsAfter(
  start: PageStart,
  order: SessionOrder,
  columns: string,
  sessions: MatchingSessions,
  precedingParameters: number,
  statements: StatementCache,
): string {
  const [limit, id, value] = [1, 2, 3].map((index) => `$${precedingParameters + index}`);
  const key = sortKey(order, statements) ?? 'NULL::bigint';
  const [direction, operator] = order.descending ? ['DESC', '<'] : ['ASC', '>'];
  const branch = (...further: string[]) =>
    `SELECT ${columns}, ${key} AS sort_key FROM ${sessions.from} ${sessions.where(...further)}
      ORDER BY ${key} ${direction}, session_id ${direction} LIMIT ${limit}::bigint`;
  const sameNull = `${key} IS NULL AND session_id ${operator} ${id}`;
  const afterValue = `(${key}, session_id) ${operator} (${value}, ${id})`;
  const branches = {
    first: [branch()],
    'after-null': [branch(sameNull), ...(order.descending ? [branch(`${key} IS NOT NULL`)] : [])],
    'after-value': [branch(afterValue), ...(order.descending ? [] : [branch(`${key} IS NULL`)])],
  }[start];
  const text = (rows: string) => `SELECT *, sort_key::text AS sort_value FROM ${rows}`;
  if (branches.length === 1) return text(`(${branches[0]}) branch`);
  const union = branches.map((sql) => `(${sql})`).join(' UNION ALL ');
  return text(`(${union}) branches ORDER BY sort_key ${direction}, session_id ${direction} LIMIT ${limit}::bigint`);
}
