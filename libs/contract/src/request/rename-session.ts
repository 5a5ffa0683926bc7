import { type Body, readBody } from './body.js';
import { IssueLog, type Loc, missing, notAString } from './issues.js';
import { echo, isObject, stringOf } from './json-tree.js';
import { QueryReader } from './query-reader.js';
import { type Refusable, readSessionReference, type SessionReference } from './session-reference.js';
import { storableText } from './storable.js';

/** `POST /sessions/{id}/rename`. */
export interface RenameSession extends SessionReference, Refusable {
  /** Cleaned; may be empty. */
  readonly sessionName: string;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or 400 for an unreadable body
 */
export function parseRenameSession(
  rawQuery: string,
  bytes: Uint8Array | undefined,
  contentType: string | undefined,
): RenameSession {
  const body = readBody(bytes, contentType);
  const log = new IssueLog();
  const reference = readSessionReference(new QueryReader(rawQuery, log));
  const sessionName = readName(body, log);
  return { refusal: log.settle(), ...reference, sessionName };
}

const LOC: Loc = ['body', 'session_name'];

/** The one member of the body. Whatever is no object simply lacks it. */
function readName(body: Body, log: IssueLog): string {
  const node = body.kind === 'json' && isObject(body.root) ? body.root.get('session_name') : undefined;
  const text = node === undefined ? undefined : stringOf(node);
  if (node === undefined) log.report(missing(LOC));
  else if (text === undefined) log.report(notAString(LOC, echo(node)));
  return storableText(text ?? '', LOC, log.reportOurs);
}
