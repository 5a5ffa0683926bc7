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
 * A value as it may be stored in a jsonb column: strings cleaned at every depth, keys left alone. Reports the first thing
 * that cannot be stored: NaN or Infinity, half of a surrogate pair, NUL in a key.
 */
export function* storableJson(raw: RawJson, loc: Loc, report: ReportIssue): Steps<RawJson> {
  let foundFault = false;
  const refuse: ReportIssue = (issue) => {
    report(issue);
    foundFault = true;
  };
  const place = (path: () => JsonPath) => () => [...loc, ...path()];
  return yield* rewriteStrings(raw, {
    key: (key, path) => {
      if (!foundFault && mayNeedCleaning(key)) checkStorable(unquote(key), () => [...place(path)(), '[key]'], refuse);
    },
    string: (string, path) => {
      if (!mayNeedCleaning(string)) return string;
      const text = unquote(string);
      return quote(foundFault ? cleanString(text) : storableString(text, place(path), refuse));
    },
    literal: (literal, path) => {
      if (!foundFault && isNonFinite(literal)) refuse(notFinite(place(path)(), literal));
    },
  });
}

/** A text that may be stored: cleaned, and without halves of surrogate pairs. */
export function storableString(text: string, loc: () => Loc, report: ReportIssue): string {
  if (!text.isWellFormed()) report(notUnicode(loc(), quote(text)));
  return cleanString(text);
}

/** Reports what keeps a text that must not be changed, an id or a key, from being stored. */
export function checkStorable(text: string, loc: () => Loc, report: ReportIssue): void {
  if (text.includes('\0')) report(nulCharacter(loc(), quote(text)));
  else if (!text.isWellFormed()) report(notUnicode(loc(), quote(text)));
}

/** Our reader leaves control characters and halves of pairs escaped. */
function mayNeedCleaning(raw: RawJson): boolean {
  return /[\\\ufffe\uffff]/.test(raw);
}

/**
 * Characters that AgentOS takes out of stored texts: PostgreSQL cannot hold NUL, and the other control characters and
 * noncharacters go with it. Tab, line feed, carriage return and DEL stay.
 */
export function cleanString(text: string): string {
  return text.replace(CLEANED_CHARACTERS, '');
}

/** Whether PostgreSQL can hold the text as it is: an id is never cleaned, since a changed id is another one. */
export function isStorableId(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const CLEANED_CHARACTERS = /[^\t\n\r -\ufffd]/g;
