import { quote } from '@session-service/json';
import { MAX_INT64 } from '../coercion.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES } from '../stored-session.js';
import { IssueLog, tooLarge, tooLong, tooSmall } from '../validation-issues.js';
import { readTableReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';

export const SORT_ORDERS = ['asc', 'desc'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/**
 * Longest filter by name, in characters (code points). PostgreSQL compares a pattern with a name in time that grows with
 * both lengths, and does not look for a cancellation meanwhile.
 */
export const MAX_NAME_FILTER_LENGTH = 256;

/** `GET /sessions`. Filters are undefined when absent; `''` is a value like any other. */
export interface ListSessions extends SessionReference, WithDeferredProblem {
  readonly componentId: string | undefined;
  /** Part of a name, with the wildcards of SQL's LIKE. */
  readonly sessionName: string | undefined;
  /** 1 and up. `limit` and `(page - 1) * limit` fit into 64 bits with a sign. */
  readonly limit: bigint;
  readonly page: bigint;
  /** A name that may or may not be a column; undefined for no order at all (`sort_by=`). */
  readonly sortBy: string | undefined;
  readonly sortOrder: SortOrder;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseListSessions(rawQuery: string): ListSessions {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const type = query.choice('type', SESSION_TYPES);
  const limit = query.integer('limit', 1n) ?? 20n;
  const page = query.integer('page', 0n) ?? 1n;
  const sortOrder = query.choice('sort_order', SORT_ORDERS) ?? 'desc';
  checkNameFilter(query, log);
  checkPageRange(query, limit, page, log);
  const refusal = log.throwOrDefer();
  return {
    deferredProblem: refusal,
    type,
    componentId: query.string('component_id'),
    userId: query.string('user_id'),
    sessionName: query.string('session_name'),
    limit,
    page,
    sortBy: (query.string('sort_by') ?? 'created_at') || undefined,
    sortOrder,
    ...readTableReference(query),
  };
}

function checkNameFilter(query: QueryReader, log: IssueLog): void {
  const name = query.string('session_name') ?? '';
  if (name.length <= MAX_NAME_FILTER_LENGTH || Array.from(name).length <= MAX_NAME_FILTER_LENGTH) return;
  log.reportDeviation(tooLong(['query', 'session_name'], MAX_NAME_FILTER_LENGTH, quote(name)));
}

/** Pages that AgentOS accepts and then fails on: page 0, and what PostgreSQL's LIMIT and OFFSET cannot count. */
function checkPageRange(query: QueryReader, limit: bigint, page: bigint, log: IssueLog): void {
  const tooLargeFor = (name: string, le: bigint) =>
    log.reportDeviation(tooLarge(['query', name], le, quote(query.string(name) ?? '')));
  const lastPage = MAX_INT64 / limit + 1n;
  if (page < 1n) log.reportDeviation(tooSmall(['query', 'page'], 1n, quote(query.string('page') ?? '')));
  if (limit > MAX_INT64) tooLargeFor('limit', MAX_INT64);
  else if (page > lastPage) tooLargeFor('page', lastPage);
}
