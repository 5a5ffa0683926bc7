/**
 * The text of one JSON value, exactly as PostgreSQL stores it or a client sent it.
 *
 * Stored JSON is never parsed into JavaScript values on its way to a client: `1.0` would become `1`,
 * 9007199254740993 would lose its last digit and `"__proto__"` its meaning. It is cut into slices and spliced into the
 * response instead. No space stands before or after the value. The brand keeps such text apart from ordinary strings.
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
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

/** The JavaScript string of a JSON string; undefined for any other value. */
export function stringOf(raw: RawJson): string | undefined {
  return kindOf(raw) === 'string' ? unquote(raw) : undefined;
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
export function isPresent(raw: RawJson | null | undefined): raw is RawJson {
  return raw !== undefined && raw !== null && raw !== NULL;
}

/** Python's truth of a JSON value: null, false, 0, "", [] and {} are false. */
export function isTruthy(raw: RawJson | null | undefined): raw is RawJson {
  if (raw === undefined || raw === null) return false;
  switch (kindOf(raw)) {
    case 'object':
    case 'array':
      return !isEmptyContainer(raw);
    case 'string':
      return raw !== EMPTY_STRING;
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

/** The JSON text of an object; undefined members are left out. The names are known to need no escaping. */
export function objectOf(members: Iterable<readonly [string, RawJson | undefined]>): RawJson {
  let text = '';
  for (const [key, value] of members) {
    if (value !== undefined) text += `${text === '' ? '' : ','}"${key}":${value}`;
  }
  return asRaw(`{${text}}`);
}

/** The JSON text of an array. Large texts are chained, not copied, until the whole is written. */
export function arrayOf(items: Iterable<RawJson>): RawJson {
  let text = '';
  for (const item of items) text += text === '' ? item : `,${item}`;
  return asRaw(`[${text}]`);
}
