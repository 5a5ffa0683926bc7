import { itemsOf, kindOf, membersOf, NULL, type RawJson } from '../json/raw-json.js';
import { type Coercion, fitting, laxFloat, laxText } from './lax-values.js';
import { ObjectText } from './object-text.js';

const PARTS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['query', laxText],
  ['references', textsAndObjects],
  ['time', laxFloat],
];

/** The references that a user message was enriched with: always all three parts, null where nothing fits. */
export function reprintReferences(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw);
  const printed = new ObjectText();
  for (const [name, coerce] of PARTS) printed.add(name, fitting(members.get(name), coerce) ?? NULL);
  return printed.close();
}

function textsAndObjects(raw: RawJson): RawJson | undefined {
  return kindOf(raw) === 'array' && itemsOf(raw).every(isTextOrObject) ? raw : undefined;
}

function isTextOrObject(item: RawJson): boolean {
  const kind = kindOf(item);
  return kind === 'string' || kind === 'object';
}
