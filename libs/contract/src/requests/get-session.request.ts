import type { HttpProblem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES, type SessionType } from '../stored-session.js';
import { IssueLog } from '../validation-issues.js';

/** A request that may hold what AgentOS accepts and then fails on. */
export interface WithDeferredProblem {
  /** Thrown before anything else of the request is used, but after the database is known. */
  readonly deferredProblem: HttpProblem | undefined;
}

/** Which database and table hold the session; undefined for the default ones. */
export interface TableReference {
  readonly dbId: string | undefined;
  readonly table: string | undefined;
}

/** What most routes of one session take from the query. */
export interface SessionReference extends TableReference {
  readonly type: SessionType | undefined;
  /** Only sessions of this user. `''` is a user too. */
  readonly userId: string | undefined;
}

export function readTableReference(query: QueryReader): TableReference {
  return { dbId: query.reference('db_id'), table: query.reference('table') };
}

export function readSessionReference(query: QueryReader): SessionReference {
  return { type: query.choice('type', SESSION_TYPES), userId: query.string('user_id'), ...readTableReference(query) };
}

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
