import { FALSE, NULL, type RawJson, TRUE } from '../json/raw-json.js';
import * as is from './json-characters.js';
import { JsonSyntaxError, UnreadableBody } from './json-errors.js';
import { isNonFinite, readNumber } from './json-number.js';
import { JsonStringReader } from './json-string-reader.js';
import type { JsonNode } from './json-tree.js';

/** How deep AgentOS reads arrays and objects inside each other before Python's recursion limit stops it. */
export const MAX_DEPTH = 968;

/** How many values a body may hold: a small one takes up to a hundred times its length in memory while it is read. */
const MAX_VALUES = 1_000_000;

/** Shared, so that a body of millions of them stays small. */
const EMPTY_OBJECT: JsonNode = new Map();
const EMPTY_ARRAY: JsonNode = [];

/**
 * Reads JSON text as Python's `json.loads` does: the first fault found decides, in its words and at its position; the last
 * of duplicate keys wins, in the first one's place; `NaN` and `Infinity` are numbers.
 */
export class JsonScanner {
  private readonly strings: JsonStringReader;
  private sawNonFinite = false;
  private at = 0;
  private depth = 0;
  private values = 0;

  constructor(private readonly text: string) {
    this.strings = new JsonStringReader(text);
  }

  /** Whether something was read that PostgreSQL cannot store as it is. */
  get sawUnstorable(): boolean {
    return this.sawNonFinite || this.strings.sawUnstorable;
  }

  /**
   * @throws JsonSyntaxError where Python raises JSONDecodeError
   * @throws UnreadableBody where it raises something else: too deep, too many digits; and for too many values
   */
  read(): JsonNode {
    this.skipSpace();
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) throw this.fault('Extra data');
    return value;
  }

  private value(): JsonNode {
    if (++this.values > MAX_VALUES) throw new UnreadableBody();
    switch (this.text.charCodeAt(this.at)) {
      case is.QUOTE:
        return this.string();
      case is.OPEN_BRACE:
        return this.nested(() => this.object());
      case is.OPEN_BRACKET:
        return this.nested(() => this.array());
      case is.LETTER_N:
        return this.literal('null', NULL);
      case is.LETTER_T:
        return this.literal('true', TRUE);
      case is.LETTER_F:
        return this.literal('false', FALSE);
      default:
        return this.number();
    }
  }

  private nested(read: () => JsonNode): JsonNode {
    if (++this.depth > MAX_DEPTH) throw new UnreadableBody();
    this.at++;
    this.skipSpace();
    const value = read();
    this.at++;
    this.depth--;
    return value;
  }

  private object(): JsonNode {
    if (this.isAt(is.CLOSE_BRACE)) return EMPTY_OBJECT;
    const members = new Map<string, JsonNode>();
    for (;;) {
      if (!this.isAt(is.QUOTE)) throw this.fault('Expecting property name enclosed in double quotes');
      const key = this.string();
      this.skipSpace();
      if (!this.isAt(is.COLON)) throw this.fault("Expecting ':' delimiter");
      this.at++;
      this.skipSpace();
      members.set(key.includes('\\') ? (JSON.parse(key) as string) : key.slice(1, -1), this.value());
      this.skipSpace();
      if (this.isAt(is.CLOSE_BRACE)) return members;
      this.comma();
    }
  }

  private array(): JsonNode {
    if (this.isAt(is.CLOSE_BRACKET)) return EMPTY_ARRAY;
    const items: JsonNode[] = [];
    for (;;) {
      items.push(this.value());
      this.skipSpace();
      if (this.isAt(is.CLOSE_BRACKET)) return items;
      this.comma();
    }
  }

  private comma(): void {
    if (!this.isAt(is.COMMA)) throw this.fault("Expecting ',' delimiter");
    this.at++;
    this.skipSpace();
  }

  private string(): RawJson {
    const raw = this.strings.read(this.at);
    this.at = this.strings.end;
    return raw;
  }

  private literal(word: string, value: RawJson): RawJson {
    if (!this.text.startsWith(word, this.at)) throw this.fault('Expecting value');
    this.at += word.length;
    return value;
  }

  private number(): RawJson {
    const number = readNumber(this.text, this.at);
    if (number === undefined) throw this.fault('Expecting value');
    if (isNonFinite(number.raw)) this.sawNonFinite = true;
    this.at = number.end;
    return number.raw;
  }

  private isAt(code: number): boolean {
    return this.text.charCodeAt(this.at) === code;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== is.SPACE && code !== is.NEWLINE && code !== is.RETURN && code !== is.TAB) return;
      this.at++;
    }
  }

  private fault(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.text, this.at);
  }
}
