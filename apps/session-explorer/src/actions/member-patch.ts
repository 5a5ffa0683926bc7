import { type JsonValue, jsonValue, membersOf } from '../components/json-text';
import { compactJson } from './json-format';

const EMPTY = jsonValue('{}');

/**
 * The JSON merge patch that turns one object into another: https://www.rfc-editor.org/rfc/rfc7396. It names only what has changed,
 * so that it keeps changes of other users elsewhere in the object.
 *
 * @returns `{}` if nothing has changed; undefined if no patch can say it, since null in a patch removes a member
 */
export function mergePatchOf(before: JsonValue, after: JsonValue): string | undefined {
  const removed = new Map(membersOf(before).map(({ name, value }) => [name, value]));
  const parts: string[] = [];
  for (const { name, value } of membersOf(after)) {
    const stored = removed.get(name);
    removed.delete(name);
    if (stored !== undefined && compactJson(stored.text) === compactJson(value.text)) continue;
    const part = patchOfMember(stored, value);
    if (part === undefined) return undefined;
    parts.push(`${JSON.stringify(name)}: ${part}`);
  }
  for (const name of removed.keys()) parts.push(`${JSON.stringify(name)}: null`);
  return `{${parts.join(', ')}}`;
}

function patchOfMember(stored: JsonValue | undefined, value: JsonValue): string | undefined {
  if (value.kind === 'object') return mergePatchOf(stored?.kind === 'object' ? stored : EMPTY, value);
  return value.text === 'null' ? undefined : value.text;
}

/** The text of an object after a merge patch, as the service makes it. */
export function applyMergePatch(target: JsonValue, patch: JsonValue): string {
  if (patch.kind !== 'object') return patch.text;
  const members = new Map(target.kind === 'object' ? membersOf(target).map(({ name, value }) => [name, value]) : []);
  for (const { name, value } of membersOf(patch)) {
    if (value.text === 'null') members.delete(name);
    else members.set(name, jsonValue(applyMergePatch(members.get(name) ?? EMPTY, value)));
  }
  return `{${[...members].map(([name, { text }]) => `${JSON.stringify(name)}: ${text}`).join(', ')}}`;
}
