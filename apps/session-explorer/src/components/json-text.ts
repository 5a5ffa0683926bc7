/**
 * A value inside a JSON text, which stays text: numbers keep their digits, objects the order and repetition of their keys.
 * Only the parts that are shown are read further, so that depth and size do not matter.
 */
export interface JsonValue {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'literal';
  /** The value as it is written. */
  readonly text: string;
}

/** A value of an object or a list. */
export interface JsonMember {
  /** Its name; in a list, its position from 0. */
  readonly name: string;
  readonly value: JsonValue;
}

/** Undefined if the text is not valid JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return jsonValue(text.trim());
}

/** The members of an object or a list in their order; none of other values. */
export function membersOf({ kind, text }: JsonValue): JsonMember[] {
  if (kind !== 'object' && kind !== 'array') return [];
  const members: JsonMember[] = [];
  let index = skip(text, 1);
  while (index < text.length - 1) {
    let name = String(members.length);
    if (kind === 'object') {
      const end = endOfString(text, index);
      name = JSON.parse(text.slice(index, end)) as string;
      index = skip(text, end);
    }
    const end = endOfValue(text, index);
    members.push({ name, value: jsonValue(text.slice(index, end)) });
    index = skip(text, end);
  }
  return members;
}

/** The content of a string, without its quotes and escapes; of another value, its text. */
export function contentOf({ kind, text }: JsonValue): string {
  return kind === 'string' ? (JSON.parse(text) as string) : text;
}

/** The member of an object with this name; the last one if there are several, as `JSON.parse` has it. */
export function memberOf(object: JsonValue, name: string): JsonValue | undefined {
  return membersOf(object).findLast((member) => member.name === name)?.value;
}

/** The value of a text that is valid JSON, without white space around it. */
export function jsonValue(text: string): JsonValue {
  switch (text[0]) {
    case '{':
      return { kind: 'object', text };
    case '[':
      return { kind: 'array', text };
    case '"':
      return { kind: 'string', text };
    case 't':
    case 'f':
    case 'n':
      return { kind: 'literal', text };
    default:
      return { kind: 'number', text };
  }
}

/** The index of what follows white space, commas and colons, which need no check: the text is valid. */
function skip(text: string, start: number): number {
  let index = start;
  while (index < text.length && ' \n\r\t,:'.includes(text.charAt(index))) index++;
  return index;
}

/** A loop instead of an expression, whose stack a string of megabytes could exceed. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let index = start;
  do {
    const character = text[index];
    if (character === '"') {
      index = endOfString(text, index);
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (depth === 0) return endOfScalar(text, index);
    index++;
  } while (depth > 0);
  return index;
}

function endOfScalar(text: string, start: number): number {
  let index = start;
  while (index < text.length && !' \n\r\t,]}'.includes(text.charAt(index))) index++;
  return index;
}
