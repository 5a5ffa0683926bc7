import { MemberNames, membersOf, type Steps, stringOf } from '@session-service/json';
import { type Body, type ReceivedBody, readBody } from '../body.js';
import { QueryReader } from '../query-parameters.js';
import { storableString } from '../storable.js';
import { echo, IssueLog, type Loc, missing, notAString } from '../validation-issues.js';
import { readSessionReference, type SessionReference, type WithDeferredProblem } from './get-session.request.js';

/** Parameters of `POST /sessions/{id}/rename`. */
export interface RenameSession extends SessionReference, WithDeferredProblem {
  /** The new name without the characters that AgentOS removes. May be empty. */
  readonly sessionName: string;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or those of `readBody`
 */
export function* parseRenameSession(rawQuery: string, received: ReceivedBody): Steps<RenameSession> {
  const body = yield* readBody(received);
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));
  const sessionName = readName(body, log);
  return { deferredProblem: log.throwOrDefer(), ...reference, sessionName };
}

const MEMBERS = new MemberNames(['session_name']);
const LOC: Loc = ['body', 'session_name'];

/** Reads the name, the only member of the body. As in AgentOS, a body that is not an object counts as `{}`. */
function readName(body: Body, log: IssueLog): string {
  const raw = body.kind === 'json' ? membersOf(body.root, MEMBERS).get('session_name') : undefined;
  const name = raw && stringOf(raw);
  if (raw === undefined) log.report(missing(LOC));
  else if (name === undefined) log.report(notAString(LOC, echo(raw)));
  return storableString(name ?? '', () => LOC, log.reportDeviation);
}
