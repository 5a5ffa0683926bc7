import { isPresent, kindOf, MemberNames, membersOf, objectOf, type RawJson } from '@agno/json';
import { type Coercion, coerceOptional, laxInteger, laxObject, laxString } from './lax-values.js';

const REFERENCE_FIELDS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['media_id', laxString],
  ['storage_key', laxString],
  ['session_id', laxString],
  ['storage_backend', laxString],
  ['bucket', laxString],
  ['region', laxString],
  ['url', laxString],
  ['mime_type', laxString],
  ['filename', laxString],
  ['size', laxInteger],
  ['content_hash', laxString],
  ['media_type', laxString],
  ['metadata', laxObject],
];

const REFERENCE_MEMBERS = new MemberNames(REFERENCE_FIELDS.map(([name]) => name));
const REQUIRED_REFERENCE_MEMBERS = ['media_id', 'storage_key', 'storage_backend'];

export interface MediaReference {
  readonly json: RawJson;
  /** Where the object can be fetched, if the reference says so. */
  readonly url: RawJson | undefined;
  /** False when an optional part did not fit and was left out. */
  readonly isComplete: boolean;
}

/** A pointer to media kept in an object store, or undefined for anything that does not name the object and its store. */
export function readMediaReference(raw: RawJson | undefined): MediaReference | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, REFERENCE_MEMBERS);
  if (REQUIRED_REFERENCE_MEMBERS.some((name) => coerceOptional(members.get(name), laxString) === undefined))
    return undefined;
  const printed = REFERENCE_FIELDS.map(([name, coerce]) => [name, coerceOptional(members.get(name), coerce)] as const);
  const isWhole = printed.every(([name, value]) => value !== undefined || !isPresent(members.get(name)));
  return { json: objectOf(printed), url: coerceOptional(members.get('url'), laxString), isComplete: isWhole };
}
