import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfLiteral,
  endOfString,
  endOfValue,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from './cursor.js';
import { asRaw, type RawJson } from './raw-json.js';

export type TokenKind = 'open' | 'close' | 'key' | 'string' | 'literal';

/**
 * Iterates over the tokens of valid JSON text, except commas and colons. Keeps a stack of open arrays and objects
 * instead of recursing, so that deep nesting cannot overflow the call stack.
 */
export class JsonTokenizer {
  kind: TokenKind = 'literal';
  start = 0;
  end = 0;
  private readonly containers: number[] = [];
  private expectsKey = false;

  constructor(private readonly text: string) {}

  /** The number of arrays and objects that are open after the current token. */
  get depth(): number {
    return this.containers.length;
  }

  get token(): RawJson {
    return asRaw(this.text.slice(this.start, this.end));
  }

  /** Moves to the next token; returns false at the end. */
  next(): boolean {
    const code = this.skipSeparators();
    switch (code) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.containers.push(code);
        this.expectsKey = code === OPEN_BRACE;
        return this.setToken('open', this.start + 1);
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.containers.pop();
        return this.setToken('close', this.start + 1);
      case QUOTE: {
        const kind = this.expectsKey ? 'key' : 'string';
        this.expectsKey = false;
        return this.setToken(kind, endOfString(this.text, this.start));
      }
      default:
        return this.start < this.text.length && this.setToken('literal', endOfLiteral(this.text, this.start));
    }
  }

  /** Skips the value of the current key. */
  skipValue(): void {
    this.skipSeparators();
    this.end = endOfValue(this.text, this.start);
  }

  private setToken(kind: TokenKind, end: number): true {
    this.kind = kind;
    this.end = end;
    return true;
  }

  /** Moves `start` to the next token and returns its first code unit. */
  private skipSeparators(): number {
    this.start = this.end;
    for (;;) {
      const code = this.text.charCodeAt(this.start);
      if (code === COMMA) this.expectsKey = this.containers.at(-1) === OPEN_BRACE;
      else if (code > SPACE && code !== COLON) return code;
      else if (Number.isNaN(code)) return code;
      this.start++;
    }
  }
}
