import { MemberNames, NULL, type RawJson, type Steps } from '@session-service/json';
import { type ReceivedBody, readBody } from '../body.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog } from '../validation-issues.js';
import { type Fields, readFields } from './body-fields.js';
import { readSessionReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';
import { readMetadata, readMetadataPatch, readSummary } from './session-members.js';

/** Parameters of `PATCH /sessions/{id}`. Cleaned members replace the stored values; undefined changes nothing. */
export interface UpdateSession extends SessionReference, WithDeferredProblem {
  /**
   * An extension of the contract: `sessionState` and `metadata` are merge patches of the stored objects, or JSON null to
   * empty them. Other members are as without it.
   */
  readonly isMergePatch: boolean;
  readonly sessionName: string | undefined;
  readonly sessionState: RawJson | undefined;
  /** An object, or JSON null when the client sent only reserved keys. Null removes the stored metadata. */
  readonly metadata: RawJson | undefined;
  /** The summary in its stored form; see `readSummary`. */
  readonly summary: RawJson | undefined;
}

const MEMBERS = new MemberNames(['session_name', 'session_state', 'metadata', 'summary']);

/** Media type of a JSON merge patch (RFC 7396). AgentOS treats such a body like any other JSON body. */
const MERGE_PATCH_TYPE = /^\s*application\/merge-patch\+json\s*(?:;|$)/i;

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
  const isMergePatch = MERGE_PATCH_TYPE.test(received.contentType ?? '');
  const sessionState = yield* isMergePatch ? readStatePatch(fields) : fields.cleanedObject('session_state');
  const metadata = yield* isMergePatch ? readMetadataPatch(fields) : readMetadata(fields);
  const summary = yield* readSummary(fields, log.reportDeviation);
  const deferredProblem = log.throwOrDefer();
  return { deferredProblem, ...reference, isMergePatch, sessionName, sessionState, metadata, summary };
}

function* readStatePatch(fields: Fields): Steps<RawJson | undefined> {
  return fields.members.get('session_state') === NULL ? NULL : yield* fields.cleanedObject('session_state');
}
