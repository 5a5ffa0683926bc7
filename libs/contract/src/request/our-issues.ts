import { asRaw, objectOf, quote, type RawJson } from '@agno/json';
import type { ValidationIssue } from '../errors/http-problem.js';
import type { Loc } from './issues.js';

/** Issues for input that AgentOS fails on, in pydantic's vocabulary where it has a word for it. */

/** NaN, Infinity, or a number like 1e999 that Python reads as Infinity: PostgreSQL's jsonb has no place for them. */
export function notFinite(loc: Loc, literal: string): ValidationIssue {
  return { type: 'finite_number', loc, msg: 'Input should be a finite number', input: quote(literal) };
}

/** Half of a surrogate pair: no UTF-8 for it. */
export function notUnicode(loc: Loc, input: RawJson): ValidationIssue {
  const msg = 'Input should be a valid string, unable to parse raw data as a unicode string';
  return { type: 'string_unicode', loc, msg, input };
}

/** U+0000, which PostgreSQL's text cannot hold. */
export function nulCharacter(loc: Loc, input: RawJson): ValidationIssue {
  return invalidValue(loc, 'String should not contain NUL characters', input);
}

/** @param max in characters (code points) */
export function tooLong(loc: Loc, max: number, input: RawJson): ValidationIssue {
  const ctx = objectOf([['max_length', asRaw(String(max))]]);
  return { type: 'string_too_long', loc, msg: `String should have at most ${max} characters`, input, ctx };
}

export function notAnIntegerType(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'int_type', loc, msg: 'Input should be a valid integer', input };
}

export function unknownKey(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'extra_forbidden', loc, msg: 'Extra inputs are not permitted', input };
}

export function notADatetimeType(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'datetime_type', loc, msg: 'Input should be a valid datetime', input };
}

export function notADatetime(loc: Loc, input: RawJson): ValidationIssue {
  const error = 'invalid ISO 8601 format';
  const ctx = objectOf([['error', quote(error)]]);
  return { type: 'datetime_parsing', loc, msg: `Input should be a valid datetime, ${error}`, input, ctx };
}

/** A value of the right type that breaks a rule of its own; `sentence` says which. */
export function invalidValue(loc: Loc, sentence: string, input: RawJson): ValidationIssue {
  return { type: 'value_error', loc, msg: `Value error, ${sentence}`, input };
}
