import { SessionApiError } from '@session-service/session-client';
import { type JsonValue, memberOf, parseJson } from '../components/json-text';
import { type Service, sendToService } from './client';
import { sessionPath } from './session-path';
import { objectOf, textOf } from './stored-values';

/** A session and where it is. */
export interface SessionTarget {
  readonly id: string;
  readonly database: string | undefined;
}

/** The stored values of a session that a client can change, and the ETag that a change of them needs. */
export interface EditableView {
  readonly json: JsonValue;
  readonly etag: string;
}

/** Changes by others between a read and a write after which renaming gives up. */
const RENAME_ATTEMPTS = 5;

/** Reads what can be changed, as it is now: docs/api-sessions.md. */
export async function readEditable(
  service: Service,
  target: SessionTarget,
  signal?: AbortSignal,
): Promise<EditableView> {
  const path = pathOf(target, [], { view: 'editable' });
  const response = await sendToService(service, path, { cache: 'no-store', ...(signal && { signal }) });
  const json = parseJson(await response.text());
  const etag = response.headers.get('etag');
  if (json === undefined || etag === null) throw new TypeError('The response is no editable session with an ETag.');
  return { json, etag };
}

/** The name as it is stored; empty if there is none. */
function storedName({ json }: EditableView): string {
  const name = memberOf(json, 'session_name');
  return (name && textOf(JSON.parse(name.text))) ?? '';
}

interface Renaming {
  /** The stored name that the user knows. */
  readonly known: string;
  readonly wanted: string;
}

/** The stored name after an attempt, and whether it is the wanted one. */
export interface RenameResult {
  readonly isRenamed: boolean;
  readonly name: string;
}

/** Renames a session unless its name is another one than the user knows. Other changes of it do not matter. */
export async function renameSession(
  service: Service,
  target: SessionTarget,
  { known, wanted }: Renaming,
): Promise<RenameResult> {
  for (let attempt = 1; ; attempt++) {
    const current = await readEditable(service, target);
    const name = storedName(current);
    if (name !== known) return { isRenamed: false, name };
    try {
      const response = await sendToService(service, pathOf(target, ['rename']), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'if-match': current.etag },
        body: JSON.stringify({ session_name: wanted }),
      });
      return { isRenamed: true, name: textOf(objectOf(await response.json())['session_name']) ?? wanted };
    } catch (error) {
      if (!hasChanged(error) || attempt === RENAME_ATTEMPTS) throw error;
    }
  }
}

/** The members that are edited as JSON. */
export type JsonMemberName = 'metadata' | 'session_state';

/** A change of one member. */
export interface MemberChange {
  readonly member: JsonMemberName;
  /** The body's value of the member, as it is to be sent. */
  readonly text: string;
  /** True: the text is a JSON merge patch, which keeps what it does not name. */
  readonly isPatch: boolean;
}

/** Changes a member unless the session has changed since it was read. @throws SessionApiError 412: it has */
export async function changeMember(
  service: Service,
  target: SessionTarget,
  { member, text, isPatch }: MemberChange,
  etag: string,
): Promise<void> {
  await sendToService(service, pathOf(target, []), {
    method: 'PATCH',
    headers: { 'content-type': isPatch ? 'application/merge-patch+json' : 'application/json', 'if-match': etag },
    body: `{"${member}": ${text}}`,
  });
}

/** True if a change was rejected because the session is not the one that was read. */
export function hasChanged(error: unknown): boolean {
  return error instanceof SessionApiError && error.status === 412;
}

function pathOf(
  { id, database }: SessionTarget,
  parts: readonly string[],
  values: Readonly<Record<string, string>> = {},
) {
  return sessionPath(id, parts, { ...values, db_id: database });
}
