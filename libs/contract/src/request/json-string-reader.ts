import { asRaw, quote, type RawJson } from '../json/raw-json.js';
import { cleanText } from './clean-text.js';
import { BACKSLASH, QUOTE, SPACE } from './json-characters.js';
import { JsonSyntaxError } from './json-errors.js';

/** Reads the strings of a JSON text as Python does. */
export class JsonStringReader {
  /** The position behind the string read last. */
  end = 0;
  /** Whether a string had a character that PostgreSQL cannot store, or half a surrogate pair. */
  sawUnstorable = false;

  constructor(private readonly text: string) {}

  /**
   * The string whose quote is at `start`, with its quotes and escaped as `JSON.stringify` does.
   *
   * @throws JsonSyntaxError
   */
  read(start: number): RawJson {
    const { text } = this;
    let escaped = false;
    let at = start + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        at = this.endOfEscape(at, start);
        escaped = true;
        continue;
      }
      if (code < SPACE) throw new JsonSyntaxError('Invalid control character at', text, at);
      if (code >= FIRST_NONCHARACTER) this.sawUnstorable = true;
      if (at >= text.length) throw this.unterminated(start);
      at++;
    }
    this.end = at + 1;
    const token = asRaw(text.slice(start, this.end));
    return escaped ? this.normalised(token) : token;
  }

  private normalised(token: RawJson): RawJson {
    const value = JSON.parse(token) as string;
    if (cleanText(value) !== value || !value.isWellFormed()) this.sawUnstorable = true;
    return quote(value);
  }

  private endOfEscape(at: number, stringStart: number): number {
    const { text } = this;
    if (at + 1 >= text.length) throw this.unterminated(stringStart);
    const letter = text.charAt(at + 1);
    if (letter === 'u') return this.endOfUnicodeEscape(at);
    if ('"\\/bfnrt'.includes(letter)) return at + 2;
    throw new JsonSyntaxError('Invalid \\escape', text, at);
  }

  private endOfUnicodeEscape(at: number): number {
    const end = at + 6;
    // Python wants one more character behind the digits before it looks at them.
    if (end < this.text.length && FOUR_DIGITS.test(this.text.slice(at + 2, end))) return end;
    throw new JsonSyntaxError('Invalid \\uXXXX escape', this.text, at + 1);
  }

  private unterminated(start: number): JsonSyntaxError {
    return new JsonSyntaxError('Unterminated string starting at', this.text, start);
  }
}

const FIRST_NONCHARACTER = 0xfffe;
const FOUR_DIGITS = /^[0-9a-f]{4}$/i;
