import {
  asRaw,
  isNonFinite,
  JsonTokenizer,
  kindOf,
  NULL,
  objectOf,
  quote,
  type RawJson,
  shortened,
  shortenedString,
} from '@session-service/json';
import { type HttpProblem, unprocessable, type ValidationIssue } from './http-problem.js';

/** Location of a rejected value, for example `['query', 'limit']` or `['body', 'session_ids', 1]`. */
export type Loc = readonly (string | number)[];

export type ReportIssue = (issue: ValidationIssue) => void;

/** Maximum number of issues in a 422: the response to a body with a million invalid items would be a gigabyte long. */
const MAX_ISSUES = 1_000;

/**
 * Collects the issues of one request. Report them in the contract's order: query parameters as declared, then the body.
 *
 * Deviations (docs/parity.md) are issues where AgentOS responds 500 or ignores the value. They are kept apart so that a
 * request which AgentOS rejects with 422 gets exactly the issues of AgentOS.
 */
export class IssueLog {
  private readonly agentOsIssues: ValidationIssue[] = [];
  private readonly deviations: ValidationIssue[] = [];

  readonly report: ReportIssue = (issue) => {
    if (this.agentOsIssues.length < MAX_ISSUES) this.agentOsIssues.push(issue);
  };

  readonly reportDeviation: ReportIssue = (issue) => {
    if (this.deviations.length < MAX_ISSUES) this.deviations.push(issue);
  };

  /**
   * @returns a 422 with the deviations; throw it after the database is resolved, because AgentOS fails later than that
   * @throws HttpProblem 422 with the issues of AgentOS, if there are any
   */
  throwOrDefer(): HttpProblem | undefined {
    if (this.agentOsIssues.length > 0) throw unprocessable(this.agentOsIssues);
    return this.deviations.length > 0 ? unprocessable(this.deviations) : undefined;
  }
}

// The issues that AgentOS reports too.

export function missing(loc: Loc, input: RawJson = NULL): ValidationIssue {
  return { type: 'missing', loc, msg: 'Field required', input };
}

export function wrongChoice(loc: Loc, choices: readonly string[], input: RawJson): ValidationIssue {
  const quoted = choices.map((choice) => `'${choice}'`);
  const others = quoted.slice(0, -1).join(', ');
  const expected = others === '' ? `${quoted[0]}` : `${others} or ${quoted.at(-1)}`;
  const ctx = objectOf([['expected', quote(expected)]]);
  return { type: 'enum', loc, msg: `Input should be ${expected}`, input, ctx };
}

export function notAnInteger(loc: Loc, input: RawJson): ValidationIssue {
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  return { type: 'int_parsing', loc, msg, input };
}

export function tooManyDigits(loc: Loc, input: RawJson): ValidationIssue {
  const msg = 'Unable to parse input string as an integer, exceeded maximum size';
  return { type: 'int_parsing_size', loc, msg, input };
}

export function tooSmall(loc: Loc, ge: bigint, input: RawJson): ValidationIssue {
  const msg = `Input should be greater than or equal to ${ge}`;
  return { type: 'greater_than_equal', loc, msg, input, ctx: numberCtx('ge', ge) };
}

export function tooLarge(loc: Loc, le: bigint, input: RawJson): ValidationIssue {
  const msg = `Input should be less than or equal to ${le}`;
  return { type: 'less_than_equal', loc, msg, input, ctx: numberCtx('le', le) };
}

export function notABoolean(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'bool_parsing', loc, msg: 'Input should be a valid boolean, unable to interpret input', input };
}

export function notAString(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'string_type', loc, msg: 'Input should be a valid string', input };
}

export function notADictionary(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'dict_type', loc, msg: 'Input should be a valid dictionary', input };
}

export function notAList(loc: Loc, input: RawJson): ValidationIssue {
  return { type: 'list_type', loc, msg: 'Input should be a valid list', input };
}

export function emptyList(loc: Loc): ValidationIssue {
  const ctx = asRaw('{"field_type":"List","min_length":1,"actual_length":0}');
  return {
    type: 'too_short',
    loc,
    msg: 'List should have at least 1 item after validation, not 0',
    input: asRaw('[]'),
    ctx,
  };
}

/** Issue for a body that is not a JSON object. */
export function notAModel(input: RawJson): ValidationIssue {
  const msg = 'Input should be a valid dictionary or object to extract fields from';
  return { type: 'model_attributes_type', loc: ['body'], msg, input };
}

/** Issue for a body that is not valid JSON. `position` counts code points, as in Python. */
export function invalidJson(position: number, reason: string): ValidationIssue {
  const ctx = objectOf([['error', quote(reason)]]);
  return { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: asRaw('{}'), ctx };
}

function numberCtx(name: string, value: bigint): RawJson {
  return objectOf([[name, asRaw(String(value))]]);
}

// Deviations from AgentOS. Their types are pydantic's where one fits.

/** Issue for NaN, Infinity, or a number such as 1e999, which Python reads as Infinity. jsonb cannot store them. */
export function notFinite(loc: Loc, literal: string): ValidationIssue {
  return { type: 'finite_number', loc, msg: 'Input should be a finite number', input: quote(literal) };
}

/** Issue for a lone surrogate, which UTF-8 cannot encode. */
export function notUnicode(loc: Loc, input: RawJson): ValidationIssue {
  const msg = 'Input should be a valid string, unable to parse raw data as a unicode string';
  return { type: 'string_unicode', loc, msg, input };
}

/** Issue for U+0000, which PostgreSQL's `text` cannot store. */
export function nulCharacter(loc: Loc, input: RawJson): ValidationIssue {
  return invalidValue(loc, 'String should not contain NUL characters', input);
}

/** Issue for a character that the database cannot store, because its encoding is not UTF-8. */
export function notInEncoding(loc: Loc, character: string, input: RawJson): ValidationIssue {
  return invalidValue(loc, `the encoding of the database has no character '${character}'`, input);
}

/** @param max in code points */
export function tooLong(loc: Loc, max: number, input: RawJson): ValidationIssue {
  const ctx = objectOf([['max_length', asRaw(String(max))]]);
  return { type: 'string_too_long', loc, msg: `String should have at most ${max} characters`, input, ctx };
}

export function hasFraction(loc: Loc, input: RawJson): ValidationIssue {
  const msg = 'Input should be a valid integer, got a number with a fractional part';
  return { type: 'int_from_float', loc, msg, input };
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

export function notADate(loc: Loc, input: RawJson): ValidationIssue {
  const error = 'expected a day from 1970-01-01 to 9999-12-31';
  const ctx = objectOf([['error', quote(error)]]);
  return {
    type: 'date_parsing',
    loc,
    msg: `Input should be a valid date in the format YYYY-MM-DD, ${error}`,
    input,
    ctx,
  };
}

/** Issue for a value of the right type that violates another rule. */
export function invalidValue(loc: Loc, reason: string, input: RawJson): ValidationIssue {
  return { type: 'value_error', loc, msg: `Value error, ${reason}`, input };
}

/** Maximum length of a rejected value in a 422, in characters. */
const MAX_ECHO_LENGTH = 65_536;

/**
 * Prepares a rejected value for the 422 that echoes it. Like FastAPI's encoder, drops keys that begin with `_sa`. NaN
 * and infinities become strings. Unlike in AgentOS, long strings are cut and end with `…`; long arrays and objects
 * become null.
 */
export function echo(raw: RawJson): RawJson {
  switch (kindOf(raw)) {
    case 'string':
      return shortened(raw, MAX_ECHO_LENGTH);
    case 'object':
    case 'array':
      return echoContainer(raw);
    default:
      return isNonFinite(raw) ? asRaw(`"${raw}"`) : raw;
  }
}

/** Like `echo`, for a body whose content type is not JSON. */
export function echoString(value: string): RawJson {
  return quote(shortenedString(value, MAX_ECHO_LENGTH));
}

function echoContainer(raw: RawJson): RawJson {
  const tokens = new JsonTokenizer(raw);
  let json = '';
  let comma = '';
  while (tokens.next()) {
    const { kind, start, end } = tokens;
    if (json.length + end - start > MAX_ECHO_LENGTH) return NULL;
    const { token } = tokens;
    if (kind === 'close') json += token;
    else if (kind === 'key' && token.startsWith('"_sa')) {
      tokens.skipValue();
      continue;
    } else json += comma + (isNonFinite(token) ? `"${token}"` : token) + (kind === 'key' ? ':' : '');
    comma = kind === 'open' || kind === 'key' ? '' : ',';
  }
  return asRaw(json);
}
