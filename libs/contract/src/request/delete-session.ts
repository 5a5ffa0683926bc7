import { IssueLog } from './issues.js';
import { QueryReader } from './query-reader.js';
import { readTableReference, type TableReference } from './session-reference.js';

/** `DELETE /sessions/{id}`: no `type`, and a body is not looked at. */
export interface DeleteSession extends TableReference {
  readonly userId: string | undefined;
  /** True is answered with 503 once the database is found: there is no media storage. */
  readonly deleteMedia: boolean;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseDeleteSession(rawQuery: string): DeleteSession {
  const log = new IssueLog();
  const parameters = readDeleteParameters(new QueryReader(rawQuery, log));
  log.throwOrDefer();
  return parameters;
}

export function readDeleteParameters(query: QueryReader): DeleteSession {
  return { userId: query.string('user_id'), ...readTableReference(query), deleteMedia: query.flag('delete_media') };
}
