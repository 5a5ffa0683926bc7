/** The first mistake in a JSON text. */
export interface JsonProblem {
  readonly message: string;
  /** Where it is in the text. */
  readonly offset: number;
  /** The same, both from 1. */
  readonly line: number;
  readonly column: number;
}

/** The kinds of token that a position of a JSON text allows. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end';

interface Container {
  readonly end: '}' | ']';
  /** The keys of an object so far, of which none may be repeated: PostgreSQL would keep only the last. */
  readonly keys: Set<string>;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const LITERAL = /(?:true|false|null)(?!\w)/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Finds the first mistake in what has to be a JSON object. `JSON.parse` does not tell the place in all browsers. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Checker(text).check();
    return undefined;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return { message: error.message, offset: error.offset, line: before.length, column };
  }
}

class Mistake extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Reads the text from left to right. Loops instead of recursion, so that depth does not matter. */
class Checker {
  private index = 0;
  private expected: Expected = 'value';
  private readonly containers: Container[] = [];

  constructor(private readonly text: string) {}

  check(): void {
    this.skipSpace();
    if (this.text[this.index] !== '{') this.fail('An object in braces is expected: { … }');
    for (; this.index < this.text.length; this.skipSpace()) this.step(this.text.charAt(this.index));
    const open = this.containers.at(-1);
    if (open !== undefined) this.fail(`The text ends before its last ${open.end}`);
  }

  private step(character: string): void {
    const container = this.containers.at(-1);
    const mayEnd = this.expected === 'comma' || this.expected.startsWith('first');
    if (mayEnd && character === container?.end) this.close();
    else if (this.expected === 'end') this.fail('Nothing may follow the object');
    else if (this.expected === 'comma') {
      this.readSign(character, ',', `A comma or ${container?.end} is expected`);
      this.expected = container?.end === '}' ? 'key' : 'value';
    } else if (this.expected === 'colon') {
      this.readSign(character, ':', 'A colon is expected after the key');
      this.expected = 'value';
    } else if (this.expected.endsWith('key')) this.readKey(character, container);
    else this.readValue(character);
  }

  private readSign(character: string, sign: string, message: string): void {
    if (character !== sign) this.fail(message);
    this.index++;
  }

  private readKey(character: string, container: Container | undefined): void {
    if (character === '}') this.fail('No comma may stand before }');
    if (character !== '"') this.fail('A key in double quotes is expected');
    const start = this.index;
    this.readString();
    const key = JSON.parse(this.text.slice(start, this.index)) as string;
    if (container?.keys.has(key)) this.fail('This key occurs twice', start);
    container?.keys.add(key);
    this.expected = 'colon';
  }

  private readValue(character: string): void {
    if (character === '{' || character === '[') {
      this.index++;
      this.containers.push({ end: character === '{' ? '}' : ']', keys: new Set() });
      this.expected = character === '{' ? 'first key' : 'first value';
      return;
    }
    if (character === ']') this.fail('No comma may stand before ]');
    if (character === '"') this.readString();
    else if (!this.readPattern(NUMBER) && !this.readPattern(LITERAL)) {
      this.fail('A value is expected: a text in double quotes, a number, true, false, null, {…} or […]');
    }
    this.expected = 'comma';
  }

  private readString(): void {
    const start = this.index;
    this.index++;
    for (;;) {
      const character = this.text.charAt(this.index);
      if (character === '"') break;
      if (character === '' || character === '\n') this.fail('This text has no closing quote on its line', start);
      if (character < ' ') this.fail('A tab or another control character must be written as an escape, such as \\t');
      if (character !== '\\') this.index++;
      else if (!this.readPattern(ESCAPE)) this.fail('This is no escape of JSON. A backslash is written \\\\');
    }
    this.index++;
  }

  private readPattern(pattern: RegExp): boolean {
    pattern.lastIndex = this.index;
    if (!pattern.test(this.text)) return false;
    this.index = pattern.lastIndex;
    return true;
  }

  private close(): void {
    this.index++;
    this.containers.pop();
    this.expected = this.containers.length === 0 ? 'end' : 'comma';
  }

  private skipSpace(): void {
    while (this.index < this.text.length && ' \n\r\t'.includes(this.text.charAt(this.index))) this.index++;
  }

  private fail(message: string, offset = this.index): never {
    throw new Mistake(message, offset);
  }
}
