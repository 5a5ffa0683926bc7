import { quote, reprString } from '@session-service/json';
import { type HttpProblem, problem, type ValidationIssue } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog, invalidValue } from '../validation-issues.js';
import { readSessionReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';
import { checkNoPage, checkPageRange } from './list-sessions.request.js';
import { decodeRunCursor, RUN_ORDERS, type RunCursor, type RunOrder } from './run-cursor.js';

/** Statuses of a run, in the order in which the error message lists them. */
const RUN_STATUSES = ['CANCELLED', 'COMPLETED', 'ERROR', 'PAUSED', 'PENDING', 'REGENERATED', 'RUNNING'] as const;
type RunStatus = (typeof RUN_STATUSES)[number];

/** Values of `include` for previews. */
const PREVIEW_INCLUDES = ['metrics'] as const;
type PreviewInclude = (typeof PREVIEW_INCLUDES)[number];

/** Parameters of `GET /sessions/{id}/runs` and `…/run-previews`. The bounds are inclusive Unix seconds of any size. */
export interface GetRuns extends SessionReference, WithDeferredProblem {
  readonly createdAfter: bigint | undefined;
  readonly createdBefore: bigint | undefined;
  /** Statuses in upper case; undefined: any status. */
  readonly statuses: ReadonlySet<RunStatus> | undefined;
  /** AgentOS ignores this parameter and those that follow. Undefined: `asc`, the order of AgentOS. */
  readonly order: RunOrder | undefined;
  /** Only runs without a parent. */
  readonly topLevel: boolean;
  /** Only runs of this parent; undefined: no condition. */
  readonly parentRunId: string | undefined;
  /** Previews with the metrics and the model of each run. */
  readonly includesMetrics: boolean;
  /** The part of the runs that the response has; undefined: all, as a JSON array. */
  readonly page: RunsPageNumber | RunsPageAfter | undefined;
}

/** A page by its number. `limit` and `number` are at least 1; `(number - 1) * limit` fits into a signed 64-bit integer. */
export interface RunsPageNumber {
  readonly number: bigint;
  readonly limit: bigint;
}

/** The page after a cursor, or the first of a list with cursors. */
export interface RunsPageAfter {
  readonly cursor: RunCursor | 'start';
  readonly limit: bigint;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; 400 for unknown statuses, then for an invalid cursor, when there is no other issue
 */
export function parseGetRuns(rawQuery: string): GetRuns {
  return readGetRuns(rawQuery, []);
}

/** As `parseGetRuns`, with the parameter `include`. */
export function parseGetRunPreviews(rawQuery: string): GetRuns {
  return readGetRuns(rawQuery, PREVIEW_INCLUDES);
}

/** @param includes values of the parameter `include`; none: the parameter is ignored */
function readGetRuns(rawQuery: string, includes: readonly PreviewInclude[]): GetRuns {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const reference = readSessionReference(query);
  const createdAfter = query.integer('created_after');
  const createdBefore = query.integer('created_before');
  const additions = query.forAdditions();
  const order = additions.choice('order', RUN_ORDERS);
  const topLevel = additions.flag('top_level');
  const parentRunId = additions.string('parent_run_id');
  if (topLevel && parentRunId !== undefined) log.reportDeviation(parentOfTopLevel(parentRunId));
  const includesMetrics = includes.length > 0 && additions.choices('include', includes).includes('metrics');
  const limits = readPageLimits(additions, log);
  const deferredProblem = log.throwOrDefer();
  const statuses = readStatuses(query.strings('status'));
  const page = deferredProblem === undefined ? limits && pageOf(limits, query.string('cursor'), order) : undefined;
  const filters = { createdAfter, createdBefore, statuses, order, topLevel, parentRunId };
  return { ...reference, ...filters, includesMetrics, page, deferredProblem };
}

function parentOfTopLevel(parentRunId: string): ValidationIssue {
  const reason = 'parent_run_id cannot be combined with top_level';
  return invalidValue(['query', 'parent_run_id'], reason, quote(parentRunId));
}

/** Undefined without a page. AgentOS ignores `limit`, and so does this service then. */
function readPageLimits(query: QueryReader, log: IssueLog): RunsPageNumber | undefined {
  const page = query.string('page');
  const hasCursor = query.string('cursor') !== undefined;
  if (page === undefined && !hasCursor) return undefined;
  const limit = query.integer('limit', 1n) ?? 20n;
  const number = query.integer('page') ?? 1n;
  checkPageRange(limit, number, log, (name) => [['query', name], quote(query.string(name) ?? '')]);
  if (hasCursor) checkNoPage(page, 'query', log);
  return { number, limit };
}

/** @throws HttpProblem 400 for an invalid cursor */
function pageOf(limits: RunsPageNumber, cursor: string | undefined, order: RunOrder | undefined) {
  return cursor === undefined ? limits : { cursor: readRunCursor(cursor, order ?? 'asc'), limit: limits.limit };
}

/** @throws HttpProblem 400 if the text is no cursor of runs in this order */
function readRunCursor(text: string, order: RunOrder): RunCursor | 'start' {
  if (text === '') return 'start';
  const cursor = decodeRunCursor(text, order);
  if (cursor === undefined) throw invalidRunCursor();
  return cursor;
}

/** 400 for a text that is no cursor, one of other runs, or one from before a change of where the runs are stored. */
export function invalidRunCursor(): HttpProblem {
  const source =
    'a page of the same session with the same filters, order, user and database, and of the present tables';
  return problem(400, `Invalid cursor: it must come from ${source}`);
}

function readStatuses(values: string[]): ReadonlySet<RunStatus> | undefined {
  if (values.length === 0) return undefined;
  const statuses = new Set<RunStatus>();
  const unknown = new Set<string>();
  for (const value of values) {
    const upper = value.toUpperCase();
    const status = RUN_STATUSES.find((known) => known === upper);
    if (status === undefined) unknown.add(upper);
    else statuses.add(status);
  }
  if (unknown.size > 0) throw unknownStatuses([...unknown]);
  return statuses;
}

function unknownStatuses(values: string[]) {
  const unknown = reprList(values.sort(byCodePoint));
  return problem(400, `Invalid status value(s) ${unknown}; expected one of ${reprList(RUN_STATUSES)}`);
}

function reprList(values: readonly string[]): string {
  return `[${values.map(reprString).join(', ')}]`;
}

/** Python sorts strings by code point, JavaScript by UTF-16 code unit. The orders differ above U+FFFF. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
