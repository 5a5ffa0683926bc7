import {
  isPresent,
  isTruthy,
  kindOf,
  MemberNames,
  membersOf,
  objectOf,
  quote,
  type RawJson,
  unquote,
} from '@agno/json';
import { reprintIsoDatetime } from '../time/index.js';

const SUMMARY_KEYS = new MemberNames(['summary', 'topics', 'updated_at']);

/**
 * A stored summary as details show it: the known keys that have a value, the date re-printed as Python's `isoformat`.
 * (Lists print the stored JSON untouched.) A date that cannot be read is shown as stored.
 */
export function sessionSummary(stored: RawJson | null): RawJson | undefined {
  if (!isTruthy(stored) || kindOf(stored) !== 'object') return undefined;
  const members = membersOf(stored, SUMMARY_KEYS);
  const present = (key: string) => (isPresent(members.get(key)) ? members.get(key) : undefined);
  const updatedAt = members.get('updated_at');
  return objectOf([
    ['summary', present('summary')],
    ['topics', present('topics')],
    ['updated_at', isTruthy(updatedAt) ? reprintDate(updatedAt) : undefined],
  ]);
}

function reprintDate(date: RawJson): RawJson {
  if (kindOf(date) !== 'string') return date;
  const text = reprintIsoDatetime(unquote(date));
  return text === undefined ? date : quote(text);
}
