import { quote } from '@session-service/json';
import { MAX_INT64 } from '../coercion.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES } from '../stored-session.js';
import { IssueLog, tooLarge, tooLong, tooSmall } from '../validation-issues.js';
import { readTableReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';

const SORT_ORDERS = ['asc', 'desc'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/**
 * Maximum length of the name filter, in code points. PostgreSQL matches a LIKE pattern in time proportional to the
 * product of both lengths, and cannot cancel the match.
 */
const MAX_NAME_FILTER_LENGTH = 256;

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
  return {
    deferredProblem: log.throwOrDefer(),
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

/** Reports pages that AgentOS responds 500 to: page 0, and values beyond PostgreSQL's 64-bit LIMIT and OFFSET. */
function checkPageRange(query: QueryReader, limit: bigint, page: bigint, log: IssueLog): void {
  const tooLargeFor = (name: string, le: bigint) =>
    log.reportDeviation(tooLarge(['query', name], le, quote(query.string(name) ?? '')));
  const lastPage = MAX_INT64 / limit + 1n;
  if (page < 1n) log.reportDeviation(tooSmall(['query', 'page'], 1n, quote(query.string('page') ?? '')));
  if (limit > MAX_INT64) tooLargeFor('limit', MAX_INT64);
  else if (page > lastPage) tooLargeFor('page', lastPage);
}
