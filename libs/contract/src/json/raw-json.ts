import { JsonCursor } from './json-cursor.js';
import type { RawJson } from './raw-json-type.js';

export type { RawJson } from './raw-json-type.js';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Marks text that is known to be one valid JSON value (a json/jsonb column, or our own encoder's output). */
export function asRaw(text: string): RawJson {
  return text as RawJson;
}

export const NULL = asRaw('null');
export const TRUE = asRaw('true');
export const FALSE = asRaw('false');
export const EMPTY_OBJECT = asRaw('{}');
export const EMPTY_ARRAY = asRaw('[]');
export const EMPTY_STRING = asRaw('""');

/** The JSON text of a JavaScript string. */
export function quote(text: string): RawJson {
  return asRaw(JSON.stringify(text));
}

/** The JavaScript string that a JSON string stands for. The caller has checked its kind. */
export function unquote(raw: RawJson): string {
  return JSON.parse(raw) as string;
}

export function kindOf(raw: RawJson): JsonKind {
  switch (raw.charCodeAt(0)) {
    case 0x7b: // {
      return 'object';
    case 0x5b: // [
      return 'array';
    case 0x22: // "
      return 'string';
    case 0x74: // t
    case 0x66: // f
      return 'boolean';
    case 0x6e: // n
      return 'null';
    default:
      return 'number';
  }
}

/** True when a value is there and is not JSON null: what Python calls `is not None`. */
export function isPresent(raw: RawJson | undefined): raw is RawJson {
  return raw !== undefined && raw !== NULL;
}

/** Python's truth of a JSON value: null, false, 0, "", [] and {} are false. */
export function isTruthy(raw: RawJson | undefined): raw is RawJson {
  if (raw === undefined) return false;
  switch (kindOf(raw)) {
    case 'object':
    case 'array':
      return !isEmptyContainer(raw);
    case 'string':
      return raw !== '""';
    case 'number':
      return Number(raw) !== 0;
    default:
      return raw === TRUE;
  }
}

/** True for `{}` and `[]`, whatever space stands between the brackets. */
export function isEmptyContainer(raw: RawJson): boolean {
  return /^[{[]\s*[}\]]$/.test(raw);
}

/** Members of an object in the order of its text, each value a slice of it. Duplicate keys: the last value wins. */
export function membersOf(raw: RawJson): Map<string, RawJson> {
  return new JsonCursor(raw).members();
}

/** Items of an array, each a slice of its text. */
export function itemsOf(raw: RawJson): RawJson[] {
  const items: RawJson[] = [];
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) items.push(cursor.value());
  return items;
}

/** The members of each item of an array that is an object, read in one pass; undefined for other items. */
export function objectsIn(raw: RawJson): (Map<string, RawJson> | undefined)[] {
  const objects: (Map<string, RawJson> | undefined)[] = [];
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) {
    if (cursor.isAtObject()) objects.push(cursor.members());
    else {
      cursor.skipValue();
      objects.push(undefined);
    }
  }
  return objects;
}

/** True when every item of an array is of that kind. */
export function everyItemIs(kind: 'object' | 'string', raw: RawJson): boolean {
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) {
    if (kind === 'object' ? !cursor.isAtObject() : !cursor.isAtString()) return false;
    cursor.skipValue();
  }
  return true;
}

/** The JSON text of an object from ready-made member texts. */
export function objectOf(members: Iterable<readonly [string, RawJson]>): RawJson {
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  return asRaw(`{${text}}`);
}

/** The JSON text of an array. Large texts are chained, not copied, until the whole is written. */
export function arrayOf(items: readonly RawJson[]): RawJson {
  let text = '';
  for (const item of items) text += text === '' ? item : `,${item}`;
  return asRaw(`[${text}]`);
}
