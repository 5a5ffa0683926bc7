/**
 * The text of one JSON value, exactly as PostgreSQL stores it or a client sent it.
 *
 * Stored JSON is never parsed into JavaScript values on its way to a client: `1.0` would become `1`,
 * 9007199254740993 would lose its last digit and `"__proto__"` its meaning. It is cut into slices and
 * spliced into the answer instead. The brand keeps such text apart from ordinary strings.
 */
export type RawJson = string & { readonly [rawJson]: true };
declare const rawJson: unique symbol;

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
  switch (raw.charCodeAt(skipSpace(raw, 0))) {
    case OPEN_BRACE:
      return 'object';
    case OPEN_BRACKET:
      return 'array';
    case QUOTE:
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
  const first = skipSpace(raw, skipSpace(raw, 0) + 1);
  const code = raw.charCodeAt(first);
  return code === CLOSE_BRACE || code === CLOSE_BRACKET;
}

/** Members of an object in the order of its text, each value a slice of it. Duplicate keys: the last value wins. */
export function membersOf(raw: RawJson): Map<string, RawJson> {
  const members = new Map<string, RawJson>();
  let at = skipSpace(raw, skipSpace(raw, 0) + 1);
  while (at < raw.length && raw.charCodeAt(at) !== CLOSE_BRACE) {
    const keyEnd = endOfString(raw, at);
    const key = textOfKey(raw, at, keyEnd);
    const start = skipSpace(raw, skipSpace(raw, keyEnd) + 1);
    const end = endOfValue(raw, start);
    members.set(key, asRaw(raw.slice(start, end)));
    at = nextItem(raw, end);
  }
  return members;
}

/** The key whose string spans `start` to `end`; only one with an escape needs a parser. */
function textOfKey(raw: RawJson, start: number, end: number): string {
  const key = raw.slice(start + 1, end - 1);
  return key.includes('\\') ? unquote(asRaw(raw.slice(start, end))) : key;
}

/** Items of an array, each a slice of its text. */
export function itemsOf(raw: RawJson): RawJson[] {
  const items: RawJson[] = [];
  let at = skipSpace(raw, skipSpace(raw, 0) + 1);
  while (at < raw.length && raw.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = endOfValue(raw, at);
    items.push(asRaw(raw.slice(at, end)));
    at = nextItem(raw, end);
  }
  return items;
}

/** The JSON text of an object from ready-made member texts. */
export function objectOf(members: Iterable<readonly [string, RawJson]>): RawJson {
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  return asRaw(`{${text}}`);
}

export function arrayOf(items: readonly RawJson[]): RawJson {
  return asRaw(`[${items.join(',')}]`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function nextItem(text: string, valueEnd: number): number {
  const at = skipSpace(text, valueEnd);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

/** The position after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function endOfValue(text: string, start: number): number {
  const code = text.charCodeAt(start);
  if (code === QUOTE) return endOfString(text, start);
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return endOfContainer(text, start);
  let at = start;
  while (at < text.length && !isDelimiter(text.charCodeAt(at))) at++;
  return at;
}

function isDelimiter(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20;
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at + 1;
    at++;
  }
  return at;
}
