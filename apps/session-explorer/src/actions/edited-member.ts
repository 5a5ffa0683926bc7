import type { Service } from '../api/client';
import {
  changeMember,
  type EditableView,
  hasChanged,
  type JsonMemberName,
  readEditable,
  type SessionTarget,
} from '../api/session-changes';
import { type JsonValue, jsonValue, memberOf } from '../components/json-text';
import { compactJson, formatJson } from './json-format';
import { applyMergePatch, mergePatchOf } from './member-patch';

/** A member as it is stored, and the ETag with which it can be changed. */
export interface StoredMember {
  /** `{}` if nothing is stored. */
  readonly value: JsonValue;
  readonly etag: string;
}

/** Other changes of the session, after each of which a change is sent again. */
const ATTEMPTS = 5;

/** Reads the member that is to be edited. */
export async function readMember(
  service: Service,
  target: SessionTarget,
  member: JsonMemberName,
  signal?: AbortSignal,
): Promise<StoredMember> {
  return memberIn(await readEditable(service, target, signal), member);
}

function memberIn({ json, etag }: EditableView, member: JsonMemberName): StoredMember {
  const value = memberOf(json, member);
  return { value: value?.kind === 'object' ? value : jsonValue('{}'), etag };
}

/** An edited text, and what it was made from. */
export interface Edit {
  readonly member: JsonMemberName;
  readonly base: StoredMember;
  /** A valid JSON object. */
  readonly text: string;
}

/**
 * Saves an edit: as a merge patch of what has changed in the base, or the whole text where a patch cannot say it.
 *
 * @param stored the value that the user has seen last: the base, or that of another user who has changed it meanwhile
 * @returns undefined if it is saved; else the value that another user has stored; nothing has changed then
 */
export async function saveEdit(
  service: Service,
  target: SessionTarget,
  { member, base, text }: Edit,
  stored: StoredMember,
): Promise<StoredMember | undefined> {
  const patch = mergePatchOf(base.value, jsonValue(text.trim()));
  if (patch === '{}') return undefined;
  const change = { member, text: patch ?? text, isPatch: patch !== undefined };
  let { etag } = stored;
  for (let attempt = 1; ; attempt++) {
    try {
      await changeMember(service, target, change, etag);
      return undefined;
    } catch (error) {
      if (!hasChanged(error) || attempt === ATTEMPTS) throw error;
    }
    const current = await readMember(service, target, member);
    if (compactJson(current.value.text) !== compactJson(stored.value.text)) return current;
    // Another value of the session has changed, such as its name.
    ({ etag } = current);
  }
}

/** The text that is stored after `saveEdit`. */
export function savedText({ base, text }: Edit, stored: StoredMember): string {
  const patch = mergePatchOf(base.value, jsonValue(text.trim()));
  return formatJson(patch === undefined ? text : applyMergePatch(stored.value, jsonValue(patch)));
}
