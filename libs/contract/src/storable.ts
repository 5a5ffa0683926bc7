import {
  isNonFinite,
  type JsonPath,
  quote,
  type RawJson,
  rewriteStrings,
  type Steps,
  unquote,
} from '@session-service/json';
import { type HttpProblem, unprocessable, type ValidationIssue } from './http-problem.js';
import {
  echo,
  type Loc,
  notFinite,
  notInEncoding,
  notUnicode,
  nulCharacter,
  type ReportIssue,
} from './validation-issues.js';

/**
 * Prepares a value for a jsonb column: cleans strings at every depth, but not keys. Reports the first value that cannot
 * be stored: NaN, an infinity, a lone surrogate, or NUL in a key.
 */
export function* storableJson(raw: RawJson, loc: Loc, report: ReportIssue): Steps<RawJson> {
  let isRejected = false;
  const reject: ReportIssue = (issue) => {
    report(issue);
    isRejected = true;
  };
  const locOf = (path: () => JsonPath) => () => [...loc, ...path()];
  return yield* rewriteStrings(raw, {
    key: (key, path) => {
      if (!isRejected && mayNeedCleaning(key)) checkStorable(unquote(key), () => [...locOf(path)(), '[key]'], reject);
    },
    string: (string, path) => {
      if (!mayNeedCleaning(string)) return string;
      const value = unquote(string);
      return quote(isRejected ? cleanString(value) : storableString(value, locOf(path), reject));
    },
    literal: (literal, path) => {
      if (!isRejected && isNonFinite(literal)) reject(notFinite(locOf(path)(), literal));
    },
  });
}

/** Cleans a string and reports lone surrogates. */
export function storableString(value: string, loc: () => Loc, report: ReportIssue): string {
  if (!value.isWellFormed()) report(notUnicode(loc(), quote(value)));
  return cleanString(value);
}

/** Reports NUL or lone surrogates in an id or a key, which must not be cleaned. */
export function checkStorable(value: string, loc: () => Loc, report: ReportIssue): void {
  if (value.includes('\0')) report(nulCharacter(loc(), quote(value)));
  else if (!value.isWellFormed()) report(notUnicode(loc(), quote(value)));
}

/**
 * The 422 for the first string or key with a character that the database's encoding does not have. Only PostgreSQL can
 * detect it, when it stores the values.
 *
 * @param body the values to be stored, as members of the request's body
 */
export function* unstorableCharacter(body: RawJson, character: string): Steps<HttpProblem> {
  let issue: ValidationIssue | undefined;
  const check = (token: RawJson, loc: () => Loc) => {
    if (issue === undefined && unquote(token).includes(character)) issue = notInEncoding(loc(), character, echo(token));
    return token;
  };
  yield* rewriteStrings(body, {
    key: (key, path) => check(key, () => ['body', ...path(), '[key]']),
    string: (string, path) => check(string, () => ['body', ...path()]),
    literal: () => undefined,
  });
  return unprocessable([issue ?? notInEncoding(['body'], character, quote(character))]);
}

/** Fast check on the JSON text: `readJson` keeps control characters and lone surrogates escaped, with a backslash. */
function mayNeedCleaning(raw: RawJson): boolean {
  return /[\\\ufffe\uffff]/.test(raw);
}

/**
 * Removes the characters that AgentOS removes: NUL, which PostgreSQL cannot store, other control characters and
 * noncharacters. Tab, line feed, carriage return and DEL stay.
 */
export function cleanString(value: string): string {
  return value.replace(CLEANED_CHARACTERS, '');
}

/** True when PostgreSQL can store the id. Ids are never cleaned, because a changed id would name another row. */
export function isStorableId(id: string): boolean {
  return !id.includes('\0') && id.isWellFormed();
}

const CLEANED_CHARACTERS = /[^\t\n\r -\ufffd]/g;
