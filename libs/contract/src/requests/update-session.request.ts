import { MemberNames, type RawJson, type Steps } from '@session-service/json';
import { type ReceivedBody, readBody } from '../body.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog } from '../validation-issues.js';
import { readFields } from './body-fields.js';
import { readSessionReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';
import { readMetadata, readSummary } from './session-members.js';

/** Parameters of `PATCH /sessions/{id}`. Cleaned members replace the stored values; undefined changes nothing. */
export interface UpdateSession extends SessionReference, WithDeferredProblem {
  readonly sessionName: string | undefined;
  readonly sessionState: RawJson | undefined;
  /** An object, or JSON null when the client sent only reserved keys. Null removes the stored metadata. */
  readonly metadata: RawJson | undefined;
  /** The summary in its stored form; see `readSummary`. */
  readonly summary: RawJson | undefined;
}

const MEMBERS = new MemberNames(['session_name', 'session_state', 'metadata', 'summary']);

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or those of `readBody`
 */
export function* parseUpdateSession(rawQuery: string, received: ReceivedBody): Steps<UpdateSession> {
  const body = yield* readBody(received);
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));

  const fields = readFields(body, MEMBERS, log, 'missing');
  const sessionName = fields.cleanedString('session_name');
  const sessionState = yield* fields.cleanedObject('session_state');
  const metadata = yield* readMetadata(fields);
  const summary = yield* readSummary(fields, log.reportDeviation);
  return { deferredProblem: log.throwOrDefer(), ...reference, sessionName, sessionState, metadata, summary };
}
