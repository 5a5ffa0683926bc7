import {
  isEmptyContainer,
  isNonFinite,
  isPresent,
  kindOf,
  MemberNames,
  quote,
  type RawJson,
  type Steps,
  stringOf,
} from '@session-service/json';
import { type ReceivedBody, readBody } from '../body.js';
import { laxInteger, parseInteger } from '../coercion.js';
import type { ValidationIssue } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES } from '../stored-session.js';
import {
  echo,
  hasFraction,
  IssueLog,
  type Loc,
  notAnInteger,
  notAnIntegerType,
  notFinite,
  tooManyDigits,
  tooSmall,
  wrongChoice,
} from '../validation-issues.js';
import { type Fields, readFields } from './body-fields.js';
import type { FilterExpression } from './filter-expression.js';
import { readFilterParameters } from './filter-parameters.js';
import { readTableReference } from './get-session.request.js';
import {
  COUNTS,
  checkCursorParameters,
  checkNameFilter,
  checkPageRange,
  type ListSessions,
  readCursor,
  SORT_ORDERS,
} from './list-sessions.request.js';
import { readFilterExpression } from './read-filter-expression.js';

const MEMBERS = new MemberNames(['filter', 'sort_by', 'sort_order', 'limit', 'page', 'cursor', 'count']);

/**
 * Parameters of `POST /sessions/search`: the filters of `GET /sessions` as query parameters; in the body its other parameters
 * and a filter in the form of `POST /traces/search`.
 *
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or those of `readBody`; 400 for an invalid filter or cursor, when there is no other issue
 */
export function* parseSearchSessions(rawQuery: string, received: ReceivedBody): Steps<ListSessions> {
  const body = yield* readBody(received);
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const type = query.choice('type', SESSION_TYPES);
  checkNameFilter(query, log);
  const parameters = readFilterParameters(query, log);
  const fields = readFields(body, MEMBERS, log, 'missing');
  const tree = fields.object('filter');
  const sortBy = (fields.string('sort_by') ?? 'created_at') || undefined;
  const sortOrder = readChoice(fields, 'sort_order', SORT_ORDERS, log) ?? 'desc';
  const page = readCount(fields, 'page', log);
  const limit = readCount(fields, 'limit', log) ?? 20n;
  checkPageRange(limit, page ?? 1n, log, (name) => [['body', name], fields.members.get(name) ?? quote('')]);
  const cursor = fields.string('cursor');
  const count = readChoice(fields, 'count', COUNTS, log) ?? 'exact';
  if (cursor !== undefined) checkCursorParameters(page === undefined ? page : String(page), sortBy, 'body', log);
  const deviations = log.throwOrDefer();
  if (deviations !== undefined) throw deviations;
  // As in AgentOS, an empty object is no filter.
  const searched = tree === undefined || isEmptyContainer(tree) ? undefined : yield* readFilterExpression(tree);
  return {
    deferredProblem: undefined,
    type,
    componentId: query.string('component_id'),
    userId: query.string('user_id'),
    sessionName: query.string('session_name'),
    limit,
    page: page ?? 1n,
    sortBy,
    sortOrder,
    filter: both(parameters, searched),
    cursor: readCursor(cursor, sortBy, sortOrder),
    count,
    ...readTableReference(query),
  };
}

function both(first: FilterExpression | undefined, second: FilterExpression | undefined): FilterExpression | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { op: 'AND', conditions: [first, second] };
}

function readChoice<T extends string>(
  fields: Fields,
  name: string,
  choices: readonly T[],
  log: IssueLog,
): T | undefined {
  const raw = fields.members.get(name);
  if (!isPresent(raw)) return undefined;
  const value = stringOf(raw);
  const found = choices.find((choice) => choice === value);
  if (found === undefined) log.report(wrongChoice(fields.locOf(name), choices, echo(raw)));
  return found;
}

/** pydantic's issue for a value that `laxInteger` rejects. */
function integerIssue(loc: Loc, raw: RawJson): ValidationIssue {
  const text = stringOf(raw);
  if (text === undefined && kindOf(raw) !== 'number') return notAnIntegerType(loc, echo(raw));
  if (text === undefined && !Number.isInteger(Number(raw))) return hasFraction(loc, echo(raw));
  const isTooLong = text === undefined || parseInteger(text) === 'int_parsing_size';
  return (isTooLong ? tooManyDigits : notAnInteger)(loc, echo(raw));
}

/** An integer of at least 1. */
function readCount(fields: Fields, name: string, log: IssueLog): bigint | undefined {
  const raw: RawJson | undefined = fields.members.get(name);
  if (!isPresent(raw)) return undefined;
  const loc = fields.locOf(name);
  const integer = isNonFinite(raw) ? undefined : laxInteger(raw);
  if (isNonFinite(raw)) log.report(notFinite(loc, raw));
  else if (integer === undefined) log.report(integerIssue(loc, raw));
  else if (BigInt(integer) < 1n) log.report(tooSmall(loc, 1n, raw));
  else return BigInt(integer);
  return undefined;
}
