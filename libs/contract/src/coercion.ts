import { asRaw, FALSE, isPresent, kindOf, pythonFloat, type RawJson, TRUE, unquote } from '@session-service/json';
import { MAX_INTEGER_DIGITS } from './body.js';

/**
 * Converts a stored value to the type of a field, as pydantic does in lax mode: `"12"` and `12.0` are integers, `"yes"`
 * is a boolean. Returns the value to print, or undefined when it is invalid.
 */
export type Coercion = (raw: RawJson) => RawJson | undefined;

/** Coerces an optional field; undefined when it is absent, null or invalid. */
export function coerceOptional(raw: RawJson | undefined, coerce: Coercion): RawJson | undefined {
  return isPresent(raw) ? coerce(raw) : undefined;
}

export const anyValue: Coercion = (raw) => raw;

export const laxString: Coercion = (raw) => (kindOf(raw) === 'string' ? raw : undefined);

export const laxObject: Coercion = (raw) => (kindOf(raw) === 'object' ? raw : undefined);

/** Accepts integers of any size, floats below 2^63 without a fraction, booleans, and strings that hold an integer. */
export const laxInteger: Coercion = (raw) => {
  switch (kindOf(raw)) {
    case 'number':
      return !/[.eE]/.test(raw) ? withoutNegativeZero(raw) : integerOfFloat(Number(raw));
    case 'boolean':
      return asRaw(raw === TRUE ? '1' : '0');
    case 'string':
      return integerOfString(unquote(raw));
    default:
      return undefined;
  }
};

/** Accepts numbers, booleans and strings that hold a number. Always prints a float: `5` becomes `5.0`. */
export const laxFloat: Coercion = (raw) => {
  switch (kindOf(raw)) {
    case 'number':
      return printFloat(Number(raw));
    case 'boolean':
      return printFloat(raw === TRUE ? 1 : 0);
    case 'string':
      return floatOfString(unquote(raw));
    default:
      return undefined;
  }
};

/** Accepts booleans, the numbers 0 and 1, and the words that `parseBoolean` accepts. */
export const laxBoolean: Coercion = (raw) => {
  switch (kindOf(raw)) {
    case 'boolean':
      return raw;
    case 'number':
      return booleanOfNumber(Number(raw));
    case 'string':
      return booleanOfString(unquote(raw));
    default:
      return undefined;
  }
};

function booleanOfString(value: string): RawJson | undefined {
  const boolean = parseBoolean(value);
  return boolean === undefined ? undefined : asRaw(String(boolean));
}

function booleanOfNumber(value: number): RawJson | undefined {
  if (value === 1) return TRUE;
  return value === 0 ? FALSE : undefined;
}

function withoutNegativeZero(raw: RawJson): RawJson {
  return raw === '-0' ? asRaw('0') : raw;
}

function integerOfFloat(value: number): RawJson | undefined {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? asRaw(String(BigInt(value))) : undefined;
}

function integerOfString(value: string): RawJson | undefined {
  const integer = parseInteger(value);
  return typeof integer === 'bigint' ? asRaw(String(integer)) : undefined;
}

function floatOfString(value: string): RawJson | undefined {
  const digits = trimWhiteSpace(value).replace(/(?<=\d)_(?=\d)/g, '');
  return FLOAT.test(digits) ? printFloat(Number(digits)) : undefined;
}

const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Prints a float like pydantic: as Python does, but `1e-7` instead of `1e-07`. Undefined for NaN and infinities. */
function printFloat(value: number): RawJson | undefined {
  return Number.isFinite(value) ? asRaw(pythonFloat(value).replace(/(e[+-])0(?=\d$)/, '$1')) : undefined;
}

/** pydantic's issue types for a string that is not an integer, and for one with too many digits (`_size`). */
type IntegerIssueType = 'int_parsing' | 'int_parsing_size';

export const MAX_INT64 = 2n ** 63n - 1n;
export const MIN_INT64 = -(2n ** 63n);

/**
 * Parses an integer like pydantic, or returns the type of the issue. Accepts surrounding white space, a sign, leading
 * zeros, single underscores between digits and a fraction of zeros (`" 7 "`, `+5`, `05`, `1_0`, `1.0`); rejects `1.5`,
 * `1e2`, `0x10` and `""`.
 */
export function parseInteger(value: string): bigint | IntegerIssueType {
  if (/^-?\d{1,15}$/.test(value)) return BigInt(value);
  const trimmed = trimWhiteSpace(value);
  if (TOO_MANY_DIGITS.test(trimmed)) return 'int_parsing_size';
  const [, sign, digits] = INTEGER.exec(trimmed) ?? [];
  if (digits === undefined) return 'int_parsing';
  const significant = digits.replaceAll('_', '').replace(/^0+(?=\d)/, '');
  if (significant.length > MAX_INTEGER_DIGITS) return 'int_parsing';
  return sign === '-' ? -BigInt(significant) : BigInt(significant);
}

const INTEGER = /^([+-]?)(\d+(?:_\d+)*)(?:\.0+)?$/;
const TOO_MANY_DIGITS = new RegExp(`^-?[1-9]\\d{${MAX_INTEGER_DIGITS}}`);

/** Parses a boolean like pydantic, ignoring ASCII case; undefined when the value is not a boolean. */
export function parseBoolean(value: string): boolean | undefined {
  if (TRUE_WORD.test(value)) return true;
  return FALSE_WORD.test(value) ? false : undefined;
}

const TRUE_WORD = /^(?:1|on|t|true|y|yes)$/i;
const FALSE_WORD = /^(?:0|off|f|false|n|no)$/i;

/** Strips Unicode's White_Space. Unlike `String.trim`, strips U+0085 and keeps U+FEFF. */
function trimWhiteSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && WHITE_SPACE.test(value.charAt(start))) start++;
  while (end > start && WHITE_SPACE.test(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}

const WHITE_SPACE = /\p{White_Space}/u;
