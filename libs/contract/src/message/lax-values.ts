import { asRaw, FALSE, isPresent, kindOf, pythonFloat, type RawJson, TRUE, unquote } from '@agno/json';
import { parseInteger } from '../request/integer.js';
import { trimWhiteSpace } from '../white-space.js';

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
