import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfLiteral,
  endOfString,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from './cursor.js';
import { type RawJson, unquote } from './raw-json.js';
import { shortenedText, stringPrefix } from './shortened.js';

/**
 * How Python prints JSON values. AgentOS derives texts (session names, run inputs, previews) with `json.dumps` and
 * `str(list)`, and clients see them; numbers keep Python's spelling (`1.0`, `1e-07`), non-ASCII becomes `\uXXXX`.
 *
 * All printers take a limit in characters: what is longer ends there with `…`. Nesting multiplies the length of an
 * indented text, and a list shows the texts of many sessions. `raw` may itself be cut off: the text then ends with `…`
 * behind the last whole value.
 */

/** `json.dumps(value)`: separators `", "` and `": "`, ASCII only. */
export function dumps(raw: RawJson, limit: number): string {
  return print(raw, JSON_STYLE, limit);
}

/** `json.dumps(value, indent=2)`. */
export function dumpsIndented(raw: RawJson, limit: number): string {
  return print(raw, INDENTED_STYLE, limit);
}

/** `str(value)` of a list, dict, number, bool or None that came from JSON; a string is printed as Python's repr. */
export function pythonRepr(raw: RawJson, limit: number): string {
  return print(raw, REPR_STYLE, limit);
}

interface Style {
  /** Of one level; undefined for text in one line. */
  readonly indent?: string;
  readonly string: (token: RawJson) => string;
  readonly literal: (token: string) => string;
}

const JSON_STYLE: Style = { string: asciiString, literal: (token) => (isNumber(token) ? pythonNumber(token) : token) };
const INDENTED_STYLE: Style = { ...JSON_STYLE, indent: '  ' };
const REPR_STYLE: Style = { string: (token) => reprString(unquote(token)), literal: reprLiteral };

/** One pass over the text: separators depend on the last bracket or comma and on the depth only. */
function print(raw: RawJson, style: Style, limit: number): string {
  const { indent } = style;
  const lineBreak = (depth: number) => (indent === undefined ? '' : `\n${indent.repeat(depth)}`);
  let text = '';
  let depth = 0;
  let position = 0;
  // A character may be two code units long.
  const enough = 2 * limit;
  while (position < raw.length && text.length <= enough) {
    const code = raw.charCodeAt(position);
    const char = raw.charAt(position);
    let end = position + 1;
    switch (code) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        while (raw.charCodeAt(end) <= SPACE) end++;
        if (isClosing(raw.charCodeAt(end))) text += char + raw.charAt(end++);
        else text += char + lineBreak(++depth);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        text += lineBreak(--depth) + char;
        break;
      case COMMA:
        text += indent === undefined ? ', ' : `,${lineBreak(depth)}`;
        break;
      case COLON:
        text += ': ';
        break;
      case QUOTE:
        end = endOfString(raw, position);
        if (isCutOff(raw, end, depth) && end - position <= enough) return `${text}…`;
        text += style.string(stringPrefix(raw, position, end, enough));
        break;
      default:
        if (code <= SPACE) break;
        end = endOfLiteral(raw, position);
        if (isCutOff(raw, end, depth)) return `${text}…`;
        text += style.literal(raw.slice(position, end));
    }
    position = end;
  }
  return shortenedText(text, limit);
}

/** Whether a value may go on behind the end of `raw`: a whole text ends with a bracket. */
function isCutOff(raw: RawJson, end: number, depth: number): boolean {
  return end === raw.length && depth > 0;
}

function isClosing(code: number): boolean {
  return code === CLOSE_BRACE || code === CLOSE_BRACKET;
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

function asciiString(token: RawJson): string {
  if (/^[ -[\]-~]*$/.test(token)) return token;
  return JSON.stringify(unquote(token)).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Python's repr of a string: single quotes unless the text has one and no double quote. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(SPECIAL, (char) =>
    char === '"' || char === "'" ? reprQuote(char, quote) : reprChar(char),
  );
  return quote + body + quote;
}

/** What repr may escape: quotes, the backslash, and all that `str.isprintable` denies except the space. */
const SPECIAL = /['"\\]|(?! )[\p{C}\p{Z}]/gu;

function reprQuote(char: string, quote: string): string {
  return char === quote ? `\\${char}` : char;
}

function reprChar(char: string): string {
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
