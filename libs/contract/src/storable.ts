import {
  isNonFinite,
  type JsonPath,
  quote,
  type RawJson,
  rewriteStrings,
  type Steps,
  unquote,
} from '@session-service/json';
import { type Loc, notFinite, notUnicode, nulCharacter, type ReportIssue } from './validation-issues.js';

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
