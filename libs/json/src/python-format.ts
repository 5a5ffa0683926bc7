import type { Steps } from './cooperative.js';
import { type RawJson, unquote } from './raw-json.js';
import { shortenedString, stringPrefix } from './shortened.js';
import { JsonTokenizer, type TokenKind } from './tokenizer.js';

/**
 * Prints JSON values as Python does. AgentOS derives titles, run inputs and previews with `json.dumps` and `str(list)`,
 * so clients see Python's number format (`1.0`, `1e-07`) and, from `json.dumps`, `\uXXXX` for non-ASCII characters.
 *
 * Output of more than `limit` characters is cut and ends with `…`, because indentation multiplies the length of nested
 * values and a list prints many titles. If `raw` is truncated JSON, the output ends with `…` after the last whole
 * value.
 */

/** Prints like `json.dumps(value)`: separators `", "` and `": "`, ASCII only. */
export function dumps(raw: RawJson, limit: number): Steps<string> {
  return print(raw, JSON_STYLE, limit);
}

/** Prints like `json.dumps(value, indent=2)`. */
export function dumpsIndented(raw: RawJson, limit: number): Steps<string> {
  return print(raw, INDENTED_STYLE, limit);
}

/** Prints like `repr(value)` for a value that Python has read from JSON. */
export function pythonRepr(raw: RawJson, limit: number): Steps<string> {
  return print(raw, REPR_STYLE, limit);
}

interface PrintStyle {
  /** Indentation per level; undefined: a single line. */
  readonly indent?: string;
  /** Chooses the quotation mark for a string. */
  readonly quoteOf: (value: string) => string;
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
  // `limit` counts code points, which take up to two code units each.
  const maxLength = 2 * limit;
  const tokens = new JsonTokenizer(raw);
  const output = new StringBuilder();
  let last: TokenKind | undefined;
  while (output.length <= maxLength && tokens.next()) {
    const { kind, start, end, depth } = tokens;
    // Only truncated text can end inside an array or object, because complete text ends with its closing bracket.
    const isCut = end === raw.length && depth > 0;
    // A truncated number or key would be printed as a different number or key.
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
  // If an array or object is still open although the output has not reached the limit, the input was truncated.
  const end = tokens.depth > 0 && output.length <= maxLength ? '…' : '';
  return shortenedString(output.toString() + end, limit);
}

/** Concatenates many short strings. V8's `+` builds ropes: a million short strings take thirty times their length. */
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

/** Long strings are escaped in chunks of this many code units, so that other requests can run in between. */
const ESCAPE_CHUNK_LENGTH = 16_384;

/** The end of the chunk that begins at `start`. Does not split a surrogate pair. */
function endOfEscapeChunk(value: string, start: number): number {
  const end = start + ESCAPE_CHUNK_LENGTH;
  return (value.charCodeAt(end) & 0xfc00) === 0xdc00 ? end + 1 : end;
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

/** Prints a string like Python's `repr()`. */
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

/** Characters that repr may escape: quotes, backslashes and characters that `str.isprintable` excludes. */
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

/** Prints a JSON number as Python does after `json.loads`: integers unchanged, floats like `repr`. */
function pythonNumber(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === '-0' ? '0' : raw;
  return pythonFloat(Number(raw));
}

/** Prints a float as `json.dumps` does: fewest digits; an exponent below 1e-4 and from 1e16, of two digits or more. */
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
