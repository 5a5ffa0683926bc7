import { reprString } from '@session-service/json';
import { problem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog } from '../validation-issues.js';
import { readSessionReference, type SessionReference } from './get-session.request.js';

/** Statuses of a run, in the order in which an error names them. */
export const RUN_STATUSES = ['CANCELLED', 'COMPLETED', 'ERROR', 'PAUSED', 'PENDING', 'REGENERATED', 'RUNNING'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** `GET /sessions/{id}/runs` and `…/run-previews`. Bounds are unix seconds, inclusive, of any size. */
export interface GetRuns extends SessionReference {
  readonly createdAfter: bigint | undefined;
  readonly createdBefore: bigint | undefined;
  /** Upper case; undefined when any status will do. */
  readonly statuses: ReadonlySet<RunStatus> | undefined;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; when all else is right 400 for unknown statuses
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

function readStatuses(texts: string[]): ReadonlySet<RunStatus> | undefined {
  if (texts.length === 0) return undefined;
  const wanted = new Set<RunStatus>();
  const unknown = new Set<string>();
  for (const text of texts) {
    const upper = text.toUpperCase();
    const status = RUN_STATUSES.find((known) => known === upper);
    if (status === undefined) unknown.add(upper);
    else wanted.add(status);
  }
  if (unknown.size > 0) throw unknownStatuses([...unknown]);
  return wanted;
}

function unknownStatuses(values: string[]) {
  const sentence = `Invalid status value(s) ${reprList(values.sort(byCodePoint))}; expected one of ${reprList(RUN_STATUSES)}`;
  return problem(400, sentence);
}

function reprList(texts: readonly string[]): string {
  return `[${texts.map(reprString).join(', ')}]`;
}

/** Python's order of strings, which for characters beyond U+FFFF is not JavaScript's. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
