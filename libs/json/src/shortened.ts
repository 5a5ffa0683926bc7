import { BACKSLASH } from './cursor.js';
import { asRaw, kindOf, type RawJson } from './raw-json.js';

/** Texts that are cut to a number of characters, which are code points, as in Python. */

/** A JSON string that ends after `limit` characters with `…`; a shorter one, and any other value, as it is. */
export function shortened(raw: RawJson, limit: number): RawJson {
  if (raw.length <= limit || kindOf(raw) !== 'string') return raw;
  const end = endOfCharacters(raw, 0, raw.length, limit);
  return end === raw.length - 1 ? raw : asRaw(`${raw.slice(0, end)}…"`);
}

/** A text that ends after `limit` characters with `…`; a shorter one as it is. */
export function shortenedString(text: string, limit: number): string {
  const start = firstCharacters(text, limit);
  return start.length === text.length ? text : `${start}…`;
}

/** The first `limit` characters of a text. */
export function firstCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let count = 0; count < limit && end < text.length; count++) end += isHighSurrogate(text, end) ? 2 : 1;
  return text.slice(0, end);
}

/** A JSON string in a text. */
interface StringToken {
  readonly start: number;
  readonly end: number;
  /** The text ends before the string does. */
  readonly isCut: boolean;
}

/** A JSON string in a text, or that of its first `limit` characters. */
export function stringPrefix(text: string, { start, end, isCut }: StringToken, limit: number): RawJson {
  if (!isCut && end - start <= limit) return asRaw(text.slice(start, end));
  return asRaw(`${text.slice(start, endOfCharacters(text, start, end, limit))}"`);
}

/**
 * The position behind the first `limit` characters of the JSON string from `start` to `end`: at most that of the last code
 * unit, its quote.
 */
function endOfCharacters(text: string, start: number, end: number, limit: number): number {
  let position = start + 1;
  for (let count = 0; count < limit; count++) {
    const next = endOfCharacter(text, position);
    if (next >= end) break;
    position = next;
  }
  return position;
}

function endOfCharacter(text: string, start: number): number {
  if (text.charCodeAt(start) !== BACKSLASH) return start + (isHighSurrogate(text, start) ? 2 : 1);
  if (text[start + 1] !== 'u') return start + 2;
  return start + (/^\\u[dD][89abAB]..\\u[dD][c-fC-F]/.test(text.slice(start, start + 12)) ? 12 : 6);
}

/** PostgreSQL and our own reader hold no half of a pair. */
function isHighSurrogate(text: string, position: number): boolean {
  return (text.charCodeAt(position) & 0xfc00) === 0xd800;
}
