import type { StatementCache } from '../layout.js';
import { quoteIdentifier } from '../table-names.js';
import { isJsonText, jsonbText } from './json-columns.js';

export interface SessionOrder {
  /** A column of the sessions table; undefined: only `session_id`. */
  readonly sortBy?: string | undefined;
  readonly descending: boolean;
}

/** The sort key of `sort_by=updated_at`, as in AgentOS. */
export const LAST_CHANGE = 'coalesce(updated_at, created_at)';

/**
 * Sorts like AgentOS, and then by the unique id, so that no page skips or repeats a session. The order of equal values, and
 * of lists without a sort column, is undefined in AgentOS. The column and the id are sorted in the same
 * direction, so that one index serves ascending and descending lists.
 */
export function orderBy(order: SessionOrder, statements: StatementCache): string {
  const direction = order.descending ? 'DESC' : 'ASC';
  const key = sortKey(order, statements);
  return key === undefined
    ? `ORDER BY session_id ${direction}`
    : `ORDER BY ${key} ${direction}, session_id ${direction}`;
}

/** The expression that is sorted before the id, if any. A value of type json is sorted as jsonb, since json has no order. */
export function sortKey({ sortBy }: SessionOrder, statements: StatementCache): string | undefined {
  if (sortBy === undefined || sortBy === 'session_id') return undefined;
  const asJson = (column: string) =>
    isJsonText(statements, column) ? jsonbText(`${quoteIdentifier(column)}::text`) : `to_jsonb(${column})`;
  if (sortBy !== 'updated_at') return isJsonText(statements, sortBy) ? asJson(sortBy) : quoteIdentifier(sortBy);
  const times = ['updated_at', 'created_at'];
  if (!times.some((column) => isJsonText(statements, column))) return LAST_CHANGE;
  return `coalesce(${times.map(asJson).join(', ')})`;
}

/** Like AgentOS, does not sort by a column that the table does not have. */
export function sortColumn(name: string | undefined, { layout }: StatementCache): string | undefined {
  return name !== undefined && layout.columns.has(name) ? name : undefined;
}
