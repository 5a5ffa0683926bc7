import { itemsOf, kindOf, MemberNames, membersOf, NULL, objectOf, type RawJson } from '@agno/json';
import { type Coercion, coerceOptional, laxFloat, laxString } from './lax-values.js';

const REFERENCES_FIELDS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['query', laxString],
  ['references', stringsAndObjects],
  ['time', laxFloat],
];

const REFERENCES_MEMBERS = new MemberNames(REFERENCES_FIELDS.map(([name]) => name));

/** The references that a user message was enriched with: always all three parts, null where nothing fits. */
export function reprintReferences(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, REFERENCES_MEMBERS);
  return objectOf(REFERENCES_FIELDS.map(([name, coerce]) => [name, coerceOptional(members.get(name), coerce) ?? NULL]));
}

function stringsAndObjects(raw: RawJson): RawJson | undefined {
  return kindOf(raw) === 'array' && itemsOf(raw).every(isStringOrObject) ? raw : undefined;
}

function isStringOrObject(item: RawJson): boolean {
  const kind = kindOf(item);
  return kind === 'string' || kind === 'object';
}
