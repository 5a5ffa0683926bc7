import { createHash } from 'node:crypto';
import { type EditableSession, type OnInvalidField, problem, writeEditableSession } from '@session-service/contract';
import { cooperative, encodedChunks, type JsonBody, JsonWriter, type Steps } from '@session-service/json';

/** The response to `view=editable`. */
export interface TaggedBody {
  readonly body: JsonBody;
  /** A strong ETag: a digest of the body. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 */
  readonly etag: string;
}

/** Writes the values of a session that clients can change, with their ETag. */
export function* taggedBody(session: EditableSession, onInvalid: OnInvalidField): Steps<TaggedBody> {
  const writer = new JsonWriter();
  writeEditableSession(writer, session, onInvalid);
  const body = yield* writer.done();
  const hash = createHash('sha256');
  for (const chunk of encodedChunks(typeof body === 'string' ? [body] : body.parts)) {
    hash.update(chunk);
    yield;
  }
  return { body, etag: `"${hash.digest('base64url')}"` };
}

/** The ETag of the values of a session that clients can change. */
export function* entityTag(session: EditableSession): Steps<string> {
  return (yield* taggedBody(session, () => undefined)).etag;
}

/**
 * Checks the condition of a change against the values of the session, whose row is locked.
 *
 * @throws HttpProblem 412 if the current ETag is not one of the condition's
 */
export async function checkIfMatch(
  ifMatch: ReadonlySet<string>,
  printed: () => EditableSession | Promise<EditableSession>,
): Promise<void> {
  if (ifMatch.has(await cooperative(entityTag(await printed())))) return;
  throw problem(412, 'The session has changed: If-Match does not contain its current ETag');
}
