import { reprString } from '@session-service/json';
import { problem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog } from '../validation-issues.js';
import { readSessionReference, type SessionReference } from './get-session.request.js';

/** Statuses of a run, in the order in which the error message lists them. */
const RUN_STATUSES = ['CANCELLED', 'COMPLETED', 'ERROR', 'PAUSED', 'PENDING', 'REGENERATED', 'RUNNING'] as const;
type RunStatus = (typeof RUN_STATUSES)[number];

/** Parameters of `GET /sessions/{id}/runs` and `…/run-previews`. The bounds are inclusive Unix seconds of any size. */
export interface GetRuns extends SessionReference {
  readonly createdAfter: bigint | undefined;
  readonly createdBefore: bigint | undefined;
  /** Statuses in upper case; undefined: any status. */
  readonly statuses: ReadonlySet<RunStatus> | undefined;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; 400 for unknown statuses, when there is no other issue
 */
export function parseGetRuns(rawQuery: string): GetRuns {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const reference = readSessionReference(query);
  const createdAfter = query.integer('created_after');
  const createdBefore = query.integer('created_before');
  log.throwOrDefer();
  return { ...reference, createdAfter, createdBefore, statuses: readStatuses(query.strings('status')) };
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
