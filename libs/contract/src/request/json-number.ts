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
  if (!NUMBER.test(text)) return readNonFinite(text, start);
  const end = NUMBER.lastIndex;
  return { raw: normalised(text.slice(start, end)), end };
}

function normalised(number: string): RawJson {
  if (!INTEGER.test(number)) return asRaw(pythonFloat(Number(number)));
  const digits = number.startsWith('-') ? number.length - 1 : number.length;
  if (digits > MAX_INTEGER_DIGITS) throw new UnreadableBody();
  return asRaw(number === '-0' ? '0' : number);
}

function readNonFinite(text: string, start: number): JsonNumber | undefined {
  const word = NON_FINITE.find((name) => text.startsWith(name, start));
  return word === undefined ? undefined : { raw: asRaw(word), end: start + word.length };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const INTEGER = /^-?\d+$/;

/** No JSON, but Python reads them. */
const NON_FINITE = ['NaN', 'Infinity', '-Infinity'];

export function isNonFinite(raw: RawJson): boolean {
  return NON_FINITE.includes(raw);
}
