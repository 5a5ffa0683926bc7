import { isPresent, kindOf, membersOf, type RawJson } from '../json/raw-json.js';
import { type Coercion, fitting, laxInteger, laxObject, laxText } from './lax-values.js';
import { ObjectText } from './object-text.js';

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
  const members = membersOf(raw);
  if (REQUIRED.some((name) => fitting(members.get(name), laxText) === undefined)) return undefined;
  const printed = new ObjectText();
  let isWhole = true;
  for (const [name, coerce] of PARTS) {
    const value = fitting(members.get(name), coerce);
    if (value === undefined && isPresent(members.get(name))) isWhole = false;
    printed.add(name, value);
  }
  return { text: printed.close(), url: fitting(members.get('url'), laxText), isWhole };
}
