import type { Steps } from './cooperative.js';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from './cursor.js';
import { pythonFloat } from './python-format.js';
import { quote, type RawJson } from './raw-json.js';
import { Splice, withoutDuplicateKeys } from './rewrite.js';

interface ReaderLimits {
  /** Maximum depth of nested arrays and objects. */
  readonly depth: number;
  /** Maximum number of digits of an integer. */
  readonly digits: number;
  /** Maximum number of values in the text. */
  readonly values: number;
  /** Maximum number of characters that numbers gain when PostgreSQL expands exponents: `1e308` gets 309 digits. */
  readonly growth: number;
}

/** Thrown where Python's `json.loads` raises JSONDecodeError, with the same message and position. */
export class JsonSyntaxError extends Error {
  /** Offset of the error in code points, as in Python. */
  readonly position: number;

  /** @param index offset of the error in UTF-16 code units */
  constructor(
    readonly reason: string,
    text: string,
    index: number,
  ) {
    super(reason);
    this.position = countCharacters(text, index);
  }
}

export class JsonLimitExceeded extends Error {
  constructor(readonly limit: keyof ReaderLimits) {
    super(`JSON exceeds the limit of ${limit}`);
  }
}

export interface ParsedJson {
  /** The normalised text, with white space between tokens. May contain `NaN` and `±Infinity`, which Python accepts. */
  readonly root: RawJson;
  /**
   * True when the text contains NaN, an infinity, a control character, a noncharacter or a lone surrogate. Usually
   * false: then PostgreSQL can store the text without cleaning.
   */
  readonly isUnstorable: boolean;
}

/**
 * Reads JSON text like Python's `json.loads` and normalises it: numbers in Python's format, strings with the escapes of
 * `JSON.stringify`, and the last value of duplicate keys in the position of the first.
 *
 * @throws JsonSyntaxError at the first syntax error
 * @throws JsonLimitExceeded
 */
export function* readJson(text: string, limits: ReaderLimits): Steps<ParsedJson> {
  const reader = new JsonReader(text, limits);
  const root = yield* reader.read();
  return {
    root: reader.hasDuplicateKeys ? yield* withoutDuplicateKeys(root) : root,
    isUnstorable: reader.isUnstorable,
  };
}

/** An array or object whose closing bracket has not been read yet. */
class Container {
  private firstKey: string | undefined;
  private keys: Set<string> | undefined;

  constructor(readonly closing: number) {}

  /** Returns false for a duplicate key. Creates the set with the second key, because many objects have only one key. */
  addKey(key: string): boolean {
    if (this.firstKey === undefined) {
      this.firstKey = key;
      return true;
    }
    this.keys ??= new Set([this.firstKey]);
    const size = this.keys.size;
    return this.keys.add(key).size > size;
  }
}

/** Reads the text in one pass, with a stack instead of recursion: deep nesting cannot overflow the call stack. */
class JsonReader {
  hasDuplicateKeys = false;
  isUnstorable = false;
  private index = 0;
  private values = 0;
  private growth = 0;
  private readonly openContainers: Container[] = [];
  private readonly printed: Splice;

  constructor(
    private readonly text: string,
    private readonly limits: ReaderLimits,
  ) {
    this.printed = new Splice(text);
  }

  *read(): Steps<RawJson> {
    this.skipSpace();
    const start = this.index;
    let stepEnd = CHARACTERS_PER_STEP;
    do {
      this.values++;
      if (this.values > this.limits.values) throw new JsonLimitExceeded('values');
      if (this.values % VALUES_PER_STEP === 0 || this.index > stepEnd) {
        stepEnd = this.index + CHARACTERS_PER_STEP;
        yield;
      }
      if (this.opensContainer()) continue;
      while (this.openContainers.length > 0 && !this.hasNext());
    } while (this.openContainers.length > 0);
    const end = this.index;
    this.skipSpace();
    if (this.index < this.text.length) throw this.syntaxError('Extra data');
    return this.printed.done(start, end);
  }

  /** Reads the value at the index. Returns true for a non-empty array or object, of which it reads only the start. */
  private opensContainer(): boolean {
    switch (this.text.charCodeAt(this.index)) {
      case QUOTE:
        this.string();
        return false;
      case OPEN_BRACE:
        return this.container(CLOSE_BRACE);
      case OPEN_BRACKET:
        return this.container(CLOSE_BRACKET);
      case LETTER_N:
        return this.keyword('null');
      case LETTER_T:
        return this.keyword('true');
      case LETTER_F:
        return this.keyword('false');
      default:
        return this.number();
    }
  }

  private container(closing: number): boolean {
    if (this.openContainers.length === this.limits.depth) throw new JsonLimitExceeded('depth');
    this.index++;
    this.skipSpace();
    if (this.isAt(closing)) {
      this.index++;
      return false;
    }
    const container = new Container(closing);
    this.openContainers.push(container);
    if (closing === CLOSE_BRACE) this.key(container);
    return true;
  }

  /** Moves to the next value of the innermost container and returns true, or closes the container and returns false. */
  private hasNext(): boolean {
    const container = this.openContainers.at(-1);
    if (container === undefined) return false;
    this.skipSpace();
    if (this.isAt(container.closing)) {
      this.index++;
      this.openContainers.pop();
      return false;
    }
    if (!this.isAt(COMMA)) throw this.syntaxError("Expecting ',' delimiter");
    this.index++;
    this.skipSpace();
    if (container.closing === CLOSE_BRACE) this.key(container);
    return true;
  }

  private key(container: Container): void {
    if (!this.isAt(QUOTE)) throw this.syntaxError('Expecting property name enclosed in double quotes');
    if (!container.addKey(this.string())) this.hasDuplicateKeys = true;
    this.skipSpace();
    if (!this.isAt(COLON)) throw this.syntaxError("Expecting ':' delimiter");
    this.index++;
    this.skipSpace();
  }

  /** Reads a string and returns its normalised form. */
  private string(): string {
    const { text } = this;
    const start = this.index;
    let isCanonical = true;
    let index = start + 1;
    for (;;) {
      const code = text.charCodeAt(index);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        // JSON.stringify prints any other escape differently, or PostgreSQL cannot store the escaped character.
        isCanonical &&= ESCAPES[text.charCodeAt(index + 1)] === CANONICAL_ESCAPE;
        index = this.endOfEscape(index, start);
        continue;
      }
      if (code < SPACE) throw new JsonSyntaxError('Invalid control character at', text, index);
      if (code >= FIRST_NONCHARACTER) this.isUnstorable = true;
      if (index >= text.length) throw this.unterminated(start);
      index++;
    }
    this.index = index + 1;
    const token = text.slice(start, this.index);
    if (isCanonical) return token;
    const value = JSON.parse(token) as string;
    if (UNSTORABLE.test(value) || !value.isWellFormed()) this.isUnstorable = true;
    return this.replace(start, token, quote(value));
  }

  private endOfEscape(start: number, stringStart: number): number {
    const { text } = this;
    if (start + 1 >= text.length) throw this.unterminated(stringStart);
    const letter = text.charCodeAt(start + 1);
    if (letter !== LETTER_U) {
      if (ESCAPES[letter]) return start + 2;
      throw new JsonSyntaxError('Invalid \\escape', text, start);
    }
    let end = start + 2;
    while (end < start + 6 && isHexDigit(text.charCodeAt(end))) end++;
    // As in Python, a text that ends right after the four digits is an invalid escape, not an unterminated string.
    if (end === start + 6 && end < text.length) return end;
    throw new JsonSyntaxError('Invalid \\uXXXX escape', text, start + 1);
  }

  private unterminated(start: number): JsonSyntaxError {
    return new JsonSyntaxError('Unterminated string starting at', this.text, start);
  }

  private keyword(word: string): false {
    if (!this.text.startsWith(word, this.index)) throw this.syntaxError('Expecting value');
    this.index += word.length;
    return false;
  }

  private number(): false {
    const start = this.index;
    NUMBER.lastIndex = start;
    if (!NUMBER.test(this.text)) return this.nonFinite();
    this.index = NUMBER.lastIndex;
    const token = this.text.slice(start, this.index);
    if (!INTEGER.test(token)) this.float(start, token);
    else if (token.length - (token.startsWith('-') ? 1 : 0) > this.limits.digits) throw new JsonLimitExceeded('digits');
    else if (token === '-0') this.replace(start, token, '0');
    return false;
  }

  private float(start: number, token: string): void {
    const printed = this.replace(start, token, pythonFloat(Number(token)));
    if (printed.endsWith('Infinity')) this.isUnstorable = true;
    const exponent = printed.indexOf('e');
    const length = exponent === -1 ? printed.length : Math.abs(Number(printed.slice(exponent + 1)));
    this.growth += length - token.length;
    if (this.growth > this.limits.growth) throw new JsonLimitExceeded('growth');
  }

  /** Reads `NaN`, `Infinity` and `-Infinity`, which are not JSON but accepted by Python. */
  private nonFinite(): false {
    const word = NON_FINITE.find((name) => this.text.startsWith(name, this.index));
    if (word === undefined) throw this.syntaxError('Expecting value');
    this.isUnstorable = true;
    this.index += word.length;
    return false;
  }

  private replace(start: number, token: string, printed: string): string {
    if (printed !== token) this.printed.replace(start, start + token.length, printed);
    return printed;
  }

  private isAt(code: number): boolean {
    return this.text.charCodeAt(this.index) === code;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.index);
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return;
      this.index++;
    }
  }

  private syntaxError(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.text, this.index);
  }
}

function isHexDigit(code: number): boolean {
  const folded = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (folded >= 0x61 && folded <= 0x66);
}

/** True for `NaN`, `Infinity` and `-Infinity`. */
export function isNonFinite(raw: RawJson): boolean {
  return NON_FINITE.includes(raw);
}

/** The number of code points before the index `end`. Lone low surrogates are not counted. */
function countCharacters(text: string, end: number): number {
  let count = 0;
  for (let index = 0; index < end; index++) if ((text.charCodeAt(index) & 0xfc00) !== LOW_SURROGATE) count++;
  return count;
}

const VALUES_PER_STEP = 1_024;
const CHARACTERS_PER_STEP = 262_144;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LOW_SURROGATE = 0xdc00;
const FIRST_NONCHARACTER = 0xfffe;
const UNSTORABLE = /[^\t\n\r -\ufffd]/;
const LETTER_U = 0x75;
const CANONICAL_ESCAPE = 1;
/**
 * Kinds of escapes by the character after the backslash. 0: invalid; 1: JSON.stringify prints it unchanged; 2: others.
 */
const ESCAPES = new Uint8Array(128);
for (const letter of '/bf') ESCAPES[letter.charCodeAt(0)] = 2;
for (const letter of '"\\nrt') ESCAPES[letter.charCodeAt(0)] = CANONICAL_ESCAPE;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const INTEGER = /^-?\d+$/;
const NON_FINITE: readonly string[] = ['NaN', 'Infinity', '-Infinity'];
