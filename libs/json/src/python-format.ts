import type { Steps } from './cooperative.js';
import { type RawJson, unquote } from './raw-json.js';
import { shortenedString, stringPrefix } from './shortened.js';
import { JsonTokenizer, type TokenKind } from './tokenizer.js';

/**
 * How Python prints JSON values. AgentOS derives texts (session names, run inputs, previews) with `json.dumps` and
 * `str(list)`, and clients see them; numbers keep Python's spelling (`1.0`, `1e-07`), non-ASCII becomes `\uXXXX`.
 *
 * All printers take a limit in characters: what is longer ends there with `…`. Nesting multiplies the length of an
 * indented text, and a list shows the texts of many sessions. `raw` may itself be cut off: the text then ends with `…`
 * behind the last whole value.
 */

/** `json.dumps(value)`: separators `", "` and `": "`, ASCII only. */
export function dumps(raw: RawJson, limit: number): Steps<string> {
  return print(raw, JSON_STYLE, limit);
}

/** `json.dumps(value, indent=2)`. */
export function dumpsIndented(raw: RawJson, limit: number): Steps<string> {
  return print(raw, INDENTED_STYLE, limit);
}

/** `str(value)` of a list, dict, number, bool or None that came from JSON; a string is printed as Python's repr. */
export function pythonRepr(raw: RawJson, limit: number): Steps<string> {
  return print(raw, REPR_STYLE, limit);
}

interface PrintStyle {
  /** Of one level; undefined for text in one line. */
  readonly indent?: string;
  /** The quotation mark of a string. */
  readonly quoteOf: (text: string) => string;
  /** A part of a string, as it stands between its quotation marks. */
  readonly escape: (part: string, quote: string) => string;
  readonly literal: (token: string) => string;
}

const JSON_STYLE: PrintStyle = {
  quoteOf: () => '"',
  escape: escapeToAscii,
  literal: (token) => (isNumber(token) ? pythonNumber(token) : token),
};
const INDENTED_STYLE: PrintStyle = { ...JSON_STYLE, indent: '  ' };
const REPR_STYLE: PrintStyle = { quoteOf: reprQuote, escape: escapeForRepr, literal: reprLiteral };

/** One pass over the text: what separates two values depends on the token before and on the depth only. */
function* print(raw: RawJson, style: PrintStyle, limit: number): Steps<string> {
  const lineBreak = (depth: number) => (style.indent === undefined ? '' : `\n${style.indent.repeat(depth)}`);
  const separator = style.indent === undefined ? ', ' : ',';
  // A character may be two code units long.
  const enough = 2 * limit;
  const tokens = new JsonTokenizer(raw);
  const text = new StringBuilder();
  let last: TokenKind | undefined;
  while (text.length <= enough && tokens.next()) {
    const { kind, start, end, depth } = tokens;
    const isCut = isCutOff(raw, tokens);
    // Half a number or key would be another one.
    if (isCut && kind !== 'string') break;
    if (kind === 'close') text.append((last === 'open' ? '' : lineBreak(depth)) + raw.charAt(start));
    else {
      const outside = kind === 'open' ? depth - 1 : depth;
      if (last === 'key') text.append(': ');
      else if (last === 'open') text.append(lineBreak(outside));
      else if (last !== undefined) text.append(separator + lineBreak(outside));
      if (kind === 'open') text.append(raw.charAt(start));
      else if (kind === 'literal') text.append(style.literal(tokens.token));
      else {
        const string = unquote(stringPrefix(raw, { start, end, isCut }, enough - text.length + 1));
        const quote = style.quoteOf(string);
        text.append(quote);
        for (let from = 0; from < string.length && text.length <= enough; from = endOfEscapeChunk(string, from)) {
          if (from > 0) yield;
          text.append(style.escape(string.slice(from, endOfEscapeChunk(string, from)), quote));
        }
        text.append(quote);
      }
    }
    last = kind;
    if (text.flushIfFull) yield;
  }
  // What is still open, though the text is not long enough, was cut off.
  const end = tokens.depth > 0 && text.length <= enough ? '…' : '';
  return shortenedString(text.toString() + end, limit);
}

/** A text put together from many short ones. A chain of a million strings would take up thirty times their length. */
class StringBuilder {
  length = 0;
  private readonly parts: string[] = [];
  private readonly tokens: string[] = [];

  append(text: string): void {
    this.length += text.length;
    this.tokens.push(text);
  }

  get flushIfFull(): boolean {
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

/** Characters of a string that are escaped at a time. */
const ESCAPE_CHUNK_LENGTH = 16_384;

/** Both halves of a character belong to one part. */
function endOfEscapeChunk(text: string, start: number): number {
  const end = start + ESCAPE_CHUNK_LENGTH;
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end + 1 : end;
}

/** Whether a token may go on behind the end of `raw`: a whole text ends with a bracket. */
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

function escapeToAscii(part: string): string {
  if (/^[ !#-[\]-~]*$/.test(part)) return part;
  return JSON.stringify(part)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Python's repr of a string: single quotes unless the text has one and no double quote. */
export function reprString(text: string): string {
  const quote = reprQuote(text);
  return quote + escapeForRepr(text, quote) + quote;
}

function reprQuote(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function escapeForRepr(part: string, quote: string): string {
  return part.replace(SPECIAL, (char) =>
    char === '"' || char === "'" ? reprQuotationMark(char, quote) : reprCharacter(char),
  );
}

/** What repr may escape: quotes, the backslash, and all that `str.isprintable` denies except the space. */
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

/** A JSON number as Python prints what `json.loads` made of it: integers digit by digit, floats by `repr`. */
export function pythonNumber(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === '-0' ? '0' : raw;
  return pythonFloat(Number(raw));
}

/** `repr(float)`: the shortest digits, exponents outside 1e-4 to 1e16 and of at least two digits. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
