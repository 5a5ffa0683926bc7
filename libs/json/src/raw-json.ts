/**
 * The JSON text of one value, exactly as PostgreSQL stores it or as a client sent it, without surrounding white space.
 *
 * Stored JSON is not parsed into JavaScript values on its way to a client: `1.0` would become `1`, 9007199254740993
 * would lose its last digit and `"__proto__"` its meaning. Slices of the text are copied into the response instead. The
 * brand distinguishes JSON text from other strings.
 */
export type RawJson = string & { readonly [rawJson]: true };
declare const rawJson: unique symbol;

type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Brands a string that is known to be one valid JSON value: a json or jsonb column, or output of our own writer. */
export function asRaw(json: string): RawJson {
  return json as RawJson;
}

export const NULL = asRaw('null');
export const TRUE = asRaw('true');
export const FALSE = asRaw('false');
export const EMPTY_OBJECT = asRaw('{}');
export const EMPTY_ARRAY = asRaw('[]');
export const EMPTY_STRING = asRaw('""');

/** Converts a JavaScript string to JSON. */
export function quote(value: string): RawJson {
  return asRaw(JSON.stringify(value));
}

/** Converts a JSON string to a JavaScript string. The caller must have checked that the value is a string. */
export function unquote(raw: RawJson): string {
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

/** Converts a JSON string to a JavaScript string; undefined for any other value. */
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

/** True unless the value is absent or JSON null: Python's `is not None`. */
export function isPresent(raw: RawJson | null | undefined): raw is RawJson {
  return raw !== undefined && raw !== null && raw !== NULL;
}

/** Python's `bool(value)`: null, false, 0, "", [] and {} are false. */
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

/** True for `{}` and `[]`, also with white space between the brackets. */
export function isEmptyContainer(raw: RawJson): boolean {
  return /^[{[]\s*[}\]]$/.test(raw);
}

/** Builds an object from the members that are not undefined. The names must not need escaping. */
export function objectOf(members: Iterable<readonly [string, RawJson | undefined]>): RawJson {
  let json = '';
  for (const [key, value] of members) {
    if (value !== undefined) json += `${json === '' ? '' : ','}"${key}":${value}`;
  }
  return asRaw(`{${json}}`);
}

/** Builds an array. V8 concatenates large strings as ropes, so items are not copied until the response is written. */
export function arrayOf(items: Iterable<RawJson>): RawJson {
  let json = '';
  for (const item of items) json += json === '' ? item : `,${item}`;
  return asRaw(`[${json}]`);
}
