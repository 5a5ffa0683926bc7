import { itemsOf, kindOf, membersOf, type RawJson, unquote } from './raw-json.js';

/**
 * How Python prints JSON values. AgentOS derives texts (session names, run inputs, previews) with `json.dumps` and
 * `str(list)`, and clients see them; numbers keep Python's spelling (`1.0`, `1e-07`), non-ASCII becomes `\uXXXX`.
 */

/** `json.dumps(value)`: separators `", "` and `": "`, ASCII only. */
export function dumps(raw: RawJson): string {
  return dump(raw, '', '');
}

/** `json.dumps(value, indent=2)`. */
export function dumpsIndented(raw: RawJson): string {
  return dump(raw, '\n', '  ');
}

function dump(raw: RawJson, newline: string, step: string): string {
  switch (kindOf(raw)) {
    case 'object': {
      const members = [...membersOf(raw)];
      const inner = newline + step;
      const body = members.map(([key, value]) => `${asciiString(key)}: ${dump(value, newline && inner, step)}`);
      return wrap('{', body, '}', newline, inner);
    }
    case 'array': {
      const inner = newline + step;
      const body = itemsOf(raw).map((item) => dump(item, newline && inner, step));
      return wrap('[', body, ']', newline, inner);
    }
    case 'string':
      return asciiString(unquote(raw));
    case 'number':
      return pythonNumber(raw);
    default:
      return raw;
  }
}

function wrap(open: string, body: string[], close: string, newline: string, inner: string): string {
  if (body.length === 0) return open + close;
  return newline === '' ? open + body.join(', ') + close : open + inner + body.join(`,${inner}`) + newline + close;
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `str(value)` of a list, dict, number, bool or None that came from JSON; a string is printed as Python's repr. */
export function pythonRepr(raw: RawJson): string {
  switch (kindOf(raw)) {
    case 'object':
      return `{${[...membersOf(raw)].map(([key, value]) => `${reprString(key)}: ${pythonRepr(value)}`).join(', ')}}`;
    case 'array':
      return `[${itemsOf(raw).map(pythonRepr).join(', ')}]`;
    case 'string':
      return reprString(unquote(raw));
    case 'number':
      return pythonNumber(raw);
    case 'boolean':
      return raw === 'true' ? 'True' : 'False';
    case 'null':
      return 'None';
  }
}

/** Python's repr of a string: single quotes unless the text has one and no double quote. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, (char) => reprChar(char, quote)).join('');
  return quote + body + quote;
}

function reprChar(char: string, quote: string): string {
  if (char === quote || char === '\\') return `\\${char}`;
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  if (isPrintable(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** `str.isprintable` of one character: neither "Other" nor "Separator" in Unicode, but the space is. */
function isPrintable(char: string): boolean {
  return char === ' ' || !/[\p{C}\p{Z}]/u.test(char);
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
