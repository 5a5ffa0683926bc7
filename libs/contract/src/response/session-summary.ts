import { isPresent, isTruthy, kindOf, membersOf, objectOf, quote, type RawJson, unquote } from '../json/raw-json.js';
import { reprintIsoDatetime } from '../time/index.js';

/**
 * A stored summary as details show it: the known keys that have a value, the date re-printed as Python's `isoformat`.
 * (Lists print the stored JSON untouched.) A date that cannot be read is shown as stored.
 */
export function sessionSummary(stored: RawJson | null): RawJson | undefined {
  if (stored === null || kindOf(stored) !== 'object' || !isTruthy(stored)) return undefined;
  const members = membersOf(stored);
  const shown: [string, RawJson][] = [];
  for (const key of ['summary', 'topics']) {
    const value = members.get(key);
    if (isPresent(value)) shown.push([key, value]);
  }
  const updatedAt = members.get('updated_at');
  if (isTruthy(updatedAt)) shown.push(['updated_at', reprinted(updatedAt)]);
  return objectOf(shown);
}

function reprinted(date: RawJson): RawJson {
  if (kindOf(date) !== 'string') return date;
  const text = reprintIsoDatetime(unquote(date));
  return text === undefined ? date : quote(text);
}
