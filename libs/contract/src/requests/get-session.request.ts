import type { HttpProblem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES, type SessionType } from '../stored-session.js';
import { IssueLog } from '../validation-issues.js';

/** A request that may contain values which AgentOS accepts but answers with 500. */
export interface WithDeferredProblem {
  /** The 422 for these values. Throw it after the database is resolved and before the request is used any further. */
  readonly deferredProblem: HttpProblem | undefined;
}

/** The database and the table of a session, from `db_id` and `table`; undefined selects the default. */
export interface TableReference {
  readonly dbId: string | undefined;
  readonly table: string | undefined;
}

/** The query parameters that most routes of a single session share. */
export interface SessionReference extends TableReference {
  readonly type: SessionType | undefined;
  /** Restricts the request to sessions of this user. An empty string is compared like any other value. */
  readonly userId: string | undefined;
}

export function readTableReference(query: QueryReader): TableReference {
  return { dbId: query.reference('db_id'), table: query.reference('table') };
}

export function readSessionReference(query: QueryReader): SessionReference {
  return { type: query.choice('type', SESSION_TYPES), userId: query.string('user_id'), ...readTableReference(query) };
}

/** Parameters of `GET /sessions/{id}`. */
export interface GetSession extends SessionReference {
  /** An extension of the contract: `editable` selects the values that clients can change. */
  readonly view: 'editable' | undefined;
  /** An extension of the contract. False: the session without its chat history, and without reading its runs. */
  readonly chatHistory: boolean;
}

/** Parameters of `GET /sessions/{id}/runs/{run_id}`. */
export type GetRun = SessionReference;

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseGetSession(rawQuery: string): GetSession {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const reference = readSessionReference(query);
  const view = query.choice('view', ['editable']);
  const chatHistory = query.flag('chat_history', true);
  log.throwOrDefer();
  return { ...reference, view, chatHistory };
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseGetRun(rawQuery: string): GetRun {
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));
  log.throwOrDefer();
  return reference;
}

/**
 * Checks the parameters of `GET /sessions/{id}/media/{storage_key}`. Their values do not matter without media storage.
 *
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function checkGetMedia(rawQuery: string): void {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  readSessionReference(query);
  query.flag('redirect');
  log.throwOrDefer();
}
