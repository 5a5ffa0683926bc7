import { IssueLog } from './issues.js';
import { QueryReader } from './query-reader.js';
import { readSessionReference, type SessionReference } from './session-reference.js';

/** `GET /sessions/{id}` and `GET /sessions/{id}/runs/{run_id}`. */
export type GetSession = SessionReference;
export type GetRun = SessionReference;

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseGetSession(rawQuery: string): GetSession {
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));
  log.throwOrDefer();
  return reference;
}

/** The single run's route takes the same parameters. */
export const parseGetRun: (rawQuery: string) => GetRun = parseGetSession;
