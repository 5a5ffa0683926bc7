import { isPresent, kindOf, MemberNames, membersOf, objectOf, type RawJson } from '@agno/json';
import { type Coercion, fitting, laxInteger, laxObject, laxText } from './lax-values.js';

const PARTS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['media_id', laxText],
  ['storage_key', laxText],
  ['session_id', laxText],
  ['storage_backend', laxText],
  ['bucket', laxText],
  ['region', laxText],
  ['url', laxText],
  ['mime_type', laxText],
  ['filename', laxText],
  ['size', laxInteger],
  ['content_hash', laxText],
  ['media_type', laxText],
  ['metadata', laxObject],
];

const MEMBERS = new MemberNames(PARTS.map(([name]) => name));
const REQUIRED = ['media_id', 'storage_key', 'storage_backend'];

export interface MediaReference {
  readonly text: RawJson;
  /** Where the object can be fetched, if the reference says so. */
  readonly url: RawJson | undefined;
  /** False when an optional part did not fit and was left out. */
  readonly isWhole: boolean;
}

/** A pointer to media kept in an object store, or undefined for anything that does not name the object and its store. */
export function readMediaReference(raw: RawJson | undefined): MediaReference | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, MEMBERS);
  if (REQUIRED.some((name) => fitting(members.get(name), laxText) === undefined)) return undefined;
  const printed = PARTS.map(([name, coerce]) => [name, fitting(members.get(name), coerce)] as const);
  const isWhole = printed.every(([name, value]) => value !== undefined || !isPresent(members.get(name)));
  return { text: objectOf(printed), url: fitting(members.get('url'), laxText), isWhole };
}
