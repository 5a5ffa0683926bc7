import type { RawJson } from './raw-json-type.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Walks over valid JSON text and cuts slices out of it, looking at each character once. Strings, which are most of what
 * AgentOS stores, are crossed by a search for their end.
 */
export class JsonCursor {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Moves to the next item of the array that the cursor stands at or in; false at its end. */
  enterItem(): boolean {
    const code = this.skipSpace();
    if (Number.isNaN(code) || code === CLOSE_BRACKET) return false;
    // The opening bracket, or the comma behind the item before.
    if (this.at === 0 || code === COMMA) this.at++;
    return this.skipSpace() !== CLOSE_BRACKET;
  }

  isAtObject(): boolean {
    return this.text.charCodeAt(this.at) === OPEN_BRACE;
  }

  isAtString(): boolean {
    return this.text.charCodeAt(this.at) === QUOTE;
  }

  /** Reads the object at the cursor. */
  members(): Map<string, RawJson> {
    const members = new Map<string, RawJson>();
    this.at++;
    while (this.at < this.text.length && this.skipSpace() !== CLOSE_BRACE) {
      const key = this.key();
      this.skipSpace();
      this.at++;
      this.skipSpace();
      members.set(key, this.value());
      if (this.skipSpace() === COMMA) this.at++;
    }
    this.at++;
    return members;
  }

  /** Reads the value at the cursor. */
  value(): RawJson {
    const start = this.at;
    this.skipValue();
    return this.text.slice(start, this.at) as RawJson;
  }

  skipValue(): void {
    const code = this.text.charCodeAt(this.at);
    if (code === QUOTE) this.skipString();
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.skipContainer();
    else this.skipLiteral();
  }

  /** Only a key with an escape needs a parser. */
  private key(): string {
    const start = this.at;
    this.skipString();
    const key = this.text.slice(start + 1, this.at - 1);
    return key.includes('\\') ? (JSON.parse(this.text.slice(start, this.at)) as string) : key;
  }

  /** Returns the code at the cursor, NaN at the end. */
  private skipSpace(): number {
    let code = this.text.charCodeAt(this.at);
    while (code <= 0x20) {
      this.at++;
      code = this.text.charCodeAt(this.at);
    }
    return code;
  }

  private skipLiteral(): void {
    const { text } = this;
    let { at } = this;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20) break;
    }
    this.at = at;
  }

  private skipString(): void {
    this.at = endOfString(this.text, this.at);
  }

  private skipContainer(): void {
    const { text } = this;
    let { at } = this;
    let depth = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        at = endOfString(text, at);
        continue;
      }
      at++;
      if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        depth--;
        if (depth === 0) break;
      }
    }
    this.at = at;
  }
}

/** The position behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close)) {
    close = text.indexOf('"', close + 1);
  }
  return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
