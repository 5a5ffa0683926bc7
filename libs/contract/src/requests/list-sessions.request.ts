import { quote, type RawJson } from '@session-service/json';
import { MAX_INT64 } from '../coercion.js';
import { problem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES } from '../stored-session.js';
import { IssueLog, invalidValue, type Loc, tooLarge, tooLong, tooSmall } from '../validation-issues.js';
import { type FilterExpression, isTooLongToCompare, MAX_FILTER_LENGTH } from './filter-expression.js';
import { readFilterParameters } from './filter-parameters.js';
import { readTableReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';
import { CURSOR_COLUMNS, type CursorOrder, decodeCursor, type ListCursor } from './list-cursor.js';

export const SORT_ORDERS = ['asc', 'desc'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** Parameters of `GET /sessions`. An undefined filter sets no condition; an empty string is compared like any value. */
export interface ListSessions extends SessionReference, WithDeferredProblem {
  readonly componentId: string | undefined;
  /** A part of the stored name. May contain the wildcards of SQL's LIKE. */
  readonly sessionName: string | undefined;
  /** `limit` and `page` are at least 1; `limit` and `(page - 1) * limit` fit into a signed 64-bit integer. */
  readonly limit: bigint;
  readonly page: bigint;
  /** A column name, possibly unknown. Undefined, for an empty `sort_by`, means no ORDER BY. */
  readonly sortBy: string | undefined;
  readonly sortOrder: SortOrder;
  /** Further conditions; undefined: none. */
  readonly filter: FilterExpression | undefined;
  /** The cursor after which the page begins; `start`: the first page of a list with cursors; undefined: no cursors. */
  readonly cursor: ListCursor | 'start' | undefined;
  /** `none`: the response does not tell how many sessions match. */
  readonly count: ListCount;
}

export const COUNTS = ['exact', 'none'] as const;
export type ListCount = (typeof COUNTS)[number];

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; 400 for an invalid cursor, when AgentOS has no issue
 */
export function parseListSessions(rawQuery: string): ListSessions {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const type = query.choice('type', SESSION_TYPES);
  const limit = query.integer('limit', 1n) ?? 20n;
  const page = query.integer('page', 0n) ?? 1n;
  const sortOrder = query.choice('sort_order', SORT_ORDERS) ?? 'desc';
  checkNameFilter(query, log);
  checkPageRange(limit, page, log, (name) => [['query', name], quote(query.string(name) ?? '')]);
  const sortBy = (query.string('sort_by') ?? 'created_at') || undefined;
  const filter = readFilterParameters(query, log);
  const count = query.forAdditions().choice('count', COUNTS) ?? 'exact';
  const cursorText = query.string('cursor');
  if (cursorText !== undefined) checkCursorParameters(query.string('page'), sortBy, 'query', log);
  const deferredProblem = log.throwOrDefer();
  return {
    deferredProblem,
    type,
    componentId: query.string('component_id'),
    userId: query.string('user_id'),
    sessionName: query.string('session_name'),
    limit,
    page,
    sortBy,
    sortOrder,
    filter,
    cursor: deferredProblem === undefined ? readCursor(cursorText, sortBy, sortOrder) : undefined,
    count,
    ...readTableReference(query),
  };
}

/**
 * A list with cursors has no page numbers, and is sorted by a time.
 *
 * @param page the number in the request; undefined if it has none
 */
export function checkCursorParameters(
  page: string | undefined,
  sortBy: string | undefined,
  source: 'query' | 'body',
  log: IssueLog,
): void {
  checkNoPage(page, source, log);
  if (!isCursorColumn(sortBy)) {
    const reason = `with cursor, sort_by must be ${CURSOR_COLUMNS.join(' or ')}`;
    log.reportDeviation(invalidValue([source, 'sort_by'], reason, quote(sortBy ?? '')));
  }
}

/** Reports a page number in a request with a cursor. */
export function checkNoPage(page: string | undefined, source: 'query' | 'body', log: IssueLog): void {
  if (page === undefined) return;
  log.reportDeviation(invalidValue([source, 'page'], 'page cannot be combined with cursor', quote(page)));
}

/** @throws HttpProblem 400 if the text is no cursor of a list in this order */
export function readCursor(text: string | undefined, sortBy: string | undefined, sortOrder: SortOrder) {
  if (text === undefined || !isCursorColumn(sortBy)) return undefined;
  if (text === '') return 'start';
  const cursor = decodeCursor(text, { sortBy, sortOrder });
  if (cursor === undefined) throw invalidCursor();
  return cursor;
}

export function isCursorColumn(name: string | undefined): name is CursorOrder['sortBy'] {
  return CURSOR_COLUMNS.some((column) => column === name);
}

/** 400 for a text that is no cursor, or one of another list. */
export function invalidCursor() {
  return problem(400, 'Invalid cursor: it must come from a list with the same filters, order, user and database');
}

/** Reports a name filter that is too long. */
export function checkNameFilter(query: QueryReader, log: IssueLog): void {
  const name = query.string('session_name') ?? '';
  if (isTooLongToCompare(name)) log.reportDeviation(tooLong(['query', 'session_name'], MAX_FILTER_LENGTH, quote(name)));
}

/**
 * Reports pages that AgentOS responds 500 to: page 0, and values beyond PostgreSQL's 64-bit LIMIT and OFFSET.
 *
 * @param source the location of a parameter and its value
 */
export function checkPageRange(
  limit: bigint,
  page: bigint,
  log: IssueLog,
  source: (name: 'limit' | 'page') => [loc: Loc, input: RawJson],
): void {
  const lastPage = MAX_INT64 / limit + 1n;
  const tooLargeFor = (name: 'limit' | 'page', le: bigint) => {
    const [loc, input] = source(name);
    log.reportDeviation(tooLarge(loc, le, input));
  };
  if (page < 1n) {
    const [loc, input] = source('page');
    log.reportDeviation(tooSmall(loc, 1n, input));
  }
  if (limit > MAX_INT64) tooLargeFor('limit', MAX_INT64);
  else if (page > lastPage) tooLargeFor('page', lastPage);
}
