import type { Steps } from './cooperative.js';
import { type RawJson, unquote } from './raw-json.js';
import { shortenedString, stringPrefix } from './shortened.js';
import { JsonTokenizer, type TokenKind } from './tokenizer.js';

/**
 * Prints JSON values as Python does. AgentOS derives titles, run inputs and previews with `json.dumps` and `str(list)`,
 * so clients see Python's number format (`1.0`, `1e-07`) and, from `json.dumps`, `\uXXXX` for non-ASCII characters.
 *
 * Longer output is cut after `limit` characters and ends with `…`, because indentation multiplies the length of nested
 * values and a list prints many titles. If `raw` is truncated JSON, the output ends with `…` after the last whole
 * value.
 */

/** `json.dumps(value)`: separators `", "` and `": "`, ASCII only. */
export function dumps(raw: RawJson, limit: number): Steps<string> {
  return print(raw, JSON_STYLE, limit);
}

/** `json.dumps(value, indent=2)`. */
export function dumpsIndented(raw: RawJson, limit: number): Steps<string> {
  return print(raw, INDENTED_STYLE, limit);
}

/** `repr(value)` of a value that Python has read from JSON. */
export function pythonRepr(raw: RawJson, limit: number): Steps<string> {
  return print(raw, REPR_STYLE, limit);
}

interface PrintStyle {
  /** Indentation per level; undefined: a single line. */
  readonly indent?: string;
  /** Chooses the quotation mark for a string. */
  readonly quoteOf: (value: string) => string;
  /** Escapes a chunk of a string. */
  readonly escape: (chunk: string, quote: string) => string;
  readonly literal: (token: string) => string;
}

const JSON_STYLE: PrintStyle = {
  quoteOf: () => '"',
  escape: escapeToAscii,
  literal: (token) => (isNumber(token) ? pythonNumber(token) : token),
};
const INDENTED_STYLE: PrintStyle = { ...JSON_STYLE, indent: '  ' };
const REPR_STYLE: PrintStyle = { quoteOf: reprQuote, escape: escapeForRepr, literal: reprLiteral };

/** Prints in one pass: the separator between two values depends only on the previous token and the depth. */
function* print(raw: RawJson, style: PrintStyle, limit: number): Steps<string> {
  const lineBreak = (depth: number) => (style.indent === undefined ? '' : `\n${style.indent.repeat(depth)}`);
  const separator = style.indent === undefined ? ', ' : ',';
  // A code point may take two code units.
  const maxLength = 2 * limit;
  const tokens = new JsonTokenizer(raw);
  const output = new StringBuilder();
  let last: TokenKind | undefined;
  while (output.length <= maxLength && tokens.next()) {
    const { kind, start, end, depth } = tokens;
    const isCut = isCutOff(raw, tokens);
    // A truncated number or key would read as a different one.
    if (isCut && kind !== 'string') break;
    if (kind === 'close') output.append((last === 'open' ? '' : lineBreak(depth)) + raw.charAt(start));
    else {
      const outerDepth = kind === 'open' ? depth - 1 : depth;
      if (last === 'key') output.append(': ');
      else if (last === 'open') output.append(lineBreak(outerDepth));
      else if (last !== undefined) output.append(separator + lineBreak(outerDepth));
      if (kind === 'open') output.append(raw.charAt(start));
      else if (kind === 'literal') output.append(style.literal(tokens.token));
      else {
        const string = unquote(stringPrefix(raw, { start, end, isCut }, maxLength - output.length + 1));
        const quote = style.quoteOf(string);
        output.append(quote);
        for (let from = 0; from < string.length && output.length <= maxLength; from = endOfEscapeChunk(string, from)) {
          if (from > 0) yield;
          output.append(style.escape(string.slice(from, endOfEscapeChunk(string, from)), quote));
        }
        output.append(quote);
      }
    }
    last = kind;
    if (output.flushIfFull()) yield;
  }
  // Containers that are still open below the limit mean that the input was truncated.
  const end = tokens.depth > 0 && output.length <= maxLength ? '…' : '';
  return shortenedString(output.toString() + end, limit);
}

/** Concatenates many short strings. A rope of a million strings would take thirty times their length in memory. */
class StringBuilder {
  length = 0;
  private readonly parts: string[] = [];
  private readonly tokens: string[] = [];

  append(token: string): void {
    this.length += token.length;
    this.tokens.push(token);
  }

  flushIfFull(): boolean {
    if (this.tokens.length < TOKENS_PER_FLUSH) return false;
    this.parts.push(this.tokens.join(''));
    this.tokens.length = 0;
    return true;
  }

  toString(): string {
    return this.parts.join('') + this.tokens.join('');
  }
}

const TOKENS_PER_FLUSH = 2_048;

/** Length of the chunks in which a string is escaped, in code units. */
const ESCAPE_CHUNK_LENGTH = 16_384;

/** Keeps a surrogate pair in one chunk. */
function endOfEscapeChunk(value: string, start: number): number {
  const end = start + ESCAPE_CHUNK_LENGTH;
  return (value.charCodeAt(end) & 0xfc00) === 0xdc00 ? end + 1 : end;
}

/** True for a token that `raw` may have truncated: complete JSON text of an array or object ends with a bracket. */
function isCutOff(raw: RawJson, { end, depth }: JsonTokenizer): boolean {
  return end === raw.length && depth > 0;
}

function isNumber(token: string): boolean {
  const code = token.charCodeAt(0);
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

function reprLiteral(token: string): string {
  if (isNumber(token)) return pythonNumber(token);
  if (token === 'null') return 'None';
  return token === 'true' ? 'True' : 'False';
}

function escapeToAscii(chunk: string): string {
  if (/^[ !#-[\]-~]*$/.test(chunk)) return chunk;
  return JSON.stringify(chunk)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `repr()` of a string. */
export function reprString(value: string): string {
  const quote = reprQuote(value);
  return quote + escapeForRepr(value, quote) + quote;
}

/** Python uses double quotes for a string with single but no double quotes. */
function reprQuote(value: string): string {
  return value.includes("'") && !value.includes('"') ? '"' : "'";
}

function escapeForRepr(chunk: string, quote: string): string {
  return chunk.replace(SPECIAL, (char) =>
    char === '"' || char === "'" ? reprQuotationMark(char, quote) : reprCharacter(char),
  );
}

/** Characters that repr may escape: quotes, the backslash, and those that are not printable by `str.isprintable`. */
const SPECIAL = /['"\\]|(?! )[\p{C}\p{Z}]/gu;

function reprQuotationMark(char: string, quote: string): string {
  return char === quote ? `\\${char}` : char;
}

function reprCharacter(char: string): string {
  if (char === '\\') return '\\\\';
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Prints a JSON number as Python does after `json.loads`: integers unchanged, floats as by `repr`. */
function pythonNumber(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === '-0' ? '0' : raw;
  return pythonFloat(Number(raw));
}

/** Prints a float as `json.dumps` does: shortest digits; below 1e-4 and from 1e16 on a two-digit exponent or longer. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const digits = String(value);
  return digits.includes('.') ? digits : `${digits}.0`;
}
