import { BACKSLASH } from './cursor.js';
import { asRaw, kindOf, type RawJson } from './raw-json.js';

// Functions that truncate strings. Limits count code points, as in Python.

/** Cuts a JSON string after `limit` characters and appends `…`. Returns shorter strings and other values unchanged. */
export function shortened(raw: RawJson, limit: number): RawJson {
  if (raw.length <= limit || kindOf(raw) !== 'string') return raw;
  const end = endOfCharacters(raw, 0, raw.length, limit);
  return end === raw.length - 1 ? raw : asRaw(`${raw.slice(0, end)}…"`);
}

/** Cuts a JavaScript string after `limit` characters and appends `…`; returns a shorter one unchanged. */
export function shortenedString(value: string, limit: number): string {
  const prefix = firstCharacters(value, limit);
  return prefix.length === value.length ? value : `${prefix}…`;
}

/** The first `limit` characters of a JavaScript string. */
export function firstCharacters(value: string, limit: number): string {
  if (value.length <= limit) return value;
  let end = 0;
  for (let count = 0; count < limit && end < value.length; count++) end += isHighSurrogate(value, end) ? 2 : 1;
  return value.slice(0, end);
}

/** The position of a JSON string in a text. */
interface StringToken {
  readonly start: number;
  readonly end: number;
  /** True when the text ends before the string does. */
  readonly isCut: boolean;
}

/** The first `limit` characters of a JSON string in a text, as a complete JSON string. */
export function stringPrefix(text: string, { start, end, isCut }: StringToken, limit: number): RawJson {
  if (!isCut && end - start <= limit) return asRaw(text.slice(start, end));
  return asRaw(`${text.slice(start, endOfCharacters(text, start, end, limit))}"`);
}

/** The index after the first `limit` characters of the JSON string from `start` to `end`, before its closing quote. */
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

/** A high surrogate always begins a pair: neither PostgreSQL nor `readJson` returns lone surrogates unescaped. */
function isHighSurrogate(text: string, position: number): boolean {
  return (text.charCodeAt(position) & 0xfc00) === 0xd800;
}
