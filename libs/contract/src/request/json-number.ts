import { pythonFloat } from '../json/python-text.js';
import { asRaw, type RawJson } from '../json/raw-json.js';
import { MAX_INTEGER_DIGITS } from './integer.js';
import { UnreadableBody } from './json-errors.js';

export interface JsonNumber {
  readonly raw: RawJson;
  readonly end: number;
}

/**
 * The number at a position, as Python reads and prints it: integers keep their digits (`-0` becomes 0), floats are the
 * shortest text of the double (`1E5` is `100000.0`, `1e999` is `Infinity`). Undefined when none is there.
 *
 * @throws UnreadableBody for an integer of more than 4300 digits
 */
export function readNumber(text: string, start: number): JsonNumber | undefined {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  return match === null ? readNonFinite(text, start) : { raw: normalised(match), end: NUMBER.lastIndex };
}

function normalised([text, integer = '', fraction, exponent]: RegExpExecArray): RawJson {
  if (fraction !== undefined || exponent !== undefined) return asRaw(pythonFloat(Number(text)));
  const digits = integer.startsWith('-') ? integer.length - 1 : integer.length;
  if (digits > MAX_INTEGER_DIGITS) throw new UnreadableBody();
  return asRaw(integer === '-0' ? '0' : integer);
}

function readNonFinite(text: string, start: number): JsonNumber | undefined {
  const word = NON_FINITE.find((name) => text.startsWith(name, start));
  return word === undefined ? undefined : { raw: asRaw(word), end: start + word.length };
}

const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;

/** No JSON, but Python reads them. */
const NON_FINITE = ['NaN', 'Infinity', '-Infinity'];

export function isNonFinite(raw: RawJson): boolean {
  return NON_FINITE.includes(raw);
}
