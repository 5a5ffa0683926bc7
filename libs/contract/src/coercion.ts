import { asRaw, FALSE, isPresent, kindOf, pythonFloat, type RawJson, TRUE, unquote } from '@session-service/json';
import { MAX_INTEGER_DIGITS } from './body.js';

/**
 * What a field of one of AgentOS's classes makes of a stored value: the value as it will be printed, or undefined where it
 * does not fit. The classes are pydantic's in lax mode, so `"12"` and `12.0` fit an integer and `"yes"` fits a boolean.
 */
export type Coercion = (raw: RawJson) => RawJson | undefined;

/** The value of an optional field: undefined when it is absent, null or does not fit. */
export function coerceOptional(raw: RawJson | undefined, coerce: Coercion): RawJson | undefined {
  return isPresent(raw) ? coerce(raw) : undefined;
}

export const anyValue: Coercion = (raw) => raw;

export const laxString: Coercion = (raw) => (kindOf(raw) === 'string' ? raw : undefined);

export const laxObject: Coercion = (raw) => (kindOf(raw) === 'object' ? raw : undefined);

/** Integers of any size, floats without a fraction below 2^63, booleans, and texts of an integer. */
export const laxInteger: Coercion = (raw) => {
  switch (kindOf(raw)) {
    case 'number':
      return isIntegerLiteral(raw) ? withoutNegativeZero(raw) : integerOfFloat(Number(raw));
    case 'boolean':
      return asRaw(raw === TRUE ? '1' : '0');
    case 'string':
      return integerOfString(unquote(raw));
    default:
      return undefined;
  }
};

/** Numbers, booleans and texts of a number, always printed as a float: `5` becomes `5.0`. */
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

/** Booleans, 0 and 1, and the words pydantic knows for them, in any case. */
export const laxBoolean: Coercion = (raw) => {
  switch (kindOf(raw)) {
    case 'boolean':
      return raw;
    case 'number':
      return booleanOfNumber(Number(raw));
    case 'string':
      return BOOLEAN_WORDS.get(unquote(raw).toLowerCase());
    default:
      return undefined;
  }
};

const BOOLEAN_WORDS = new Map<string, RawJson>([
  ...['1', 'true', 't', 'yes', 'y', 'on'].map((word) => [word, TRUE] as const),
  ...['0', 'false', 'f', 'no', 'n', 'off'].map((word) => [word, FALSE] as const),
]);

function booleanOfNumber(value: number): RawJson | undefined {
  if (value === 1) return TRUE;
  return value === 0 ? FALSE : undefined;
}

function isIntegerLiteral(text: string): boolean {
  return !/[.eE]/.test(text);
}

function withoutNegativeZero(raw: RawJson): RawJson {
  return raw === '-0' ? asRaw('0') : raw;
}

function integerOfFloat(value: number): RawJson | undefined {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? asRaw(String(BigInt(value))) : undefined;
}

function integerOfString(text: string): RawJson | undefined {
  const integer = parseInteger(text);
  return typeof integer === 'bigint' ? asRaw(String(integer)) : undefined;
}

function floatOfString(text: string): RawJson | undefined {
  const digits = trimWhiteSpace(text).replace(/(?<=\d)_(?=\d)/g, '');
  return FLOAT.test(digits) ? printFloat(Number(digits)) : undefined;
}

const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A float as pydantic prints it: like Python, but `1e-7` instead of `1e-07`. JSON has no infinity. */
function printFloat(value: number): RawJson | undefined {
  return Number.isFinite(value) ? asRaw(pythonFloat(value).replace(/(e[+-])0(?=\d$)/, '$1')) : undefined;
}

/** Why a text is no integer, in the words of the contract. */
export type IntegerIssueType = 'int_parsing' | 'int_parsing_size';

export const MAX_INT64 = 2n ** 63n - 1n;
export const MIN_INT64 = -(2n ** 63n);

/**
 * The integer that pydantic reads from a query parameter: surrounding white space, a sign, leading zeros, single underscores
 * between digits and a fraction of zeros are fine (`" 7 "`, `+5`, `05`, `1_0`, `1.0`); `1.5`, `1e2`, `0x10` and `""` are not.
 */
export function parseInteger(text: string): bigint | IntegerIssueType {
  if (/^-?\d{1,15}$/.test(text)) return BigInt(text);
  const trimmed = trimWhiteSpace(text);
  if (TOO_MANY_DIGITS.test(trimmed)) return 'int_parsing_size';
  const [, sign, digits] = INTEGER.exec(trimmed) ?? [];
  if (digits === undefined) return 'int_parsing';
  const significant = digits.replaceAll('_', '').replace(/^0+(?=\d)/, '');
  if (significant.length > MAX_INTEGER_DIGITS) return 'int_parsing';
  return sign === '-' ? -BigInt(significant) : BigInt(significant);
}

const INTEGER = /^([+-]?)(\d+(?:_\d+)*)(?:\.0+)?$/;
const TOO_MANY_DIGITS = new RegExp(`^-?[1-9]\\d{${MAX_INTEGER_DIGITS}}`);

/** The boolean that pydantic reads from a query parameter, in any case of ASCII; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE_WORD.test(text)) return true;
  return FALSE_WORD.test(text) ? false : undefined;
}

const TRUE_WORD = /^(?:1|on|t|true|y|yes)$/i;
const FALSE_WORD = /^(?:0|off|f|false|n|no)$/i;

/** Strips Unicode's White_Space: unlike `String.trim` it takes U+0085 and leaves U+FEFF. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const WHITE_SPACE = /\p{White_Space}/u;
