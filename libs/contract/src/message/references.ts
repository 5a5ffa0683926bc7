import { itemsOf, kindOf, MemberNames, membersOf, NULL, objectOf, type RawJson } from '@agno/json';
import { type Coercion, fitting, laxFloat, laxText } from './lax-values.js';

const PARTS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['query', laxText],
  ['references', textsAndObjects],
  ['time', laxFloat],
];

const MEMBERS = new MemberNames(PARTS.map(([name]) => name));

/** The references that a user message was enriched with: always all three parts, null where nothing fits. */
export function reprintReferences(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, MEMBERS);
  return objectOf(PARTS.map(([name, coerce]) => [name, fitting(members.get(name), coerce) ?? NULL]));
}

function textsAndObjects(raw: RawJson): RawJson | undefined {
  return kindOf(raw) === 'array' && itemsOf(raw).every(isTextOrObject) ? raw : undefined;
}

function isTextOrObject(item: RawJson): boolean {
  const kind = kindOf(item);
  return kind === 'string' || kind === 'object';
}
