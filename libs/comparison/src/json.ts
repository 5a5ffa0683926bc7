/** JSON read without loss: numbers keep their text, objects the order of their keys. Independent of the service's reader. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: 'true' | 'false' | 'null' };

const MARKS = '{}[],:';
const SPACE = /[ \t\n\r]*/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const END = '';

/** Throws a SyntaxError for anything that is not one JSON value. */
export function parseJson(text: string): JsonNode {
  const reader = new TokenReader(text);
  const node = value(reader, reader.next());
  const rest = reader.next();
  if (rest !== END) throw new SyntaxError(`trailing text: ${rest}`);
  return node;
}

class TokenReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next token, or `END`. */
  next(): string {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    const start = SPACE.lastIndex;
    this.at = this.endOf(start);
    return this.text.slice(start, this.at);
  }

  expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new SyntaxError(`expected ${token}, found ${found}`);
  }

  private endOf(start: number): number {
    const first = this.text.charAt(start);
    if (first === '"') return this.endOfString(start);
    if (first === '' || MARKS.includes(first)) return start + first.length;
    WORD.lastIndex = start;
    if (!WORD.test(this.text)) throw new SyntaxError(`not JSON at ${start}: ${this.text.slice(start, start + 40)}`);
    return WORD.lastIndex;
  }

  /** Behind the first quotation mark that no odd number of backslashes precedes. */
  private endOfString(start: number): number {
    for (let end = this.text.indexOf('"', start + 1); end !== -1; end = this.text.indexOf('"', end + 1)) {
      let backslashes = 0;
      while (this.text[end - 1 - backslashes] === '\\') backslashes++;
      if (backslashes % 2 === 0) return end + 1;
    }
    throw new SyntaxError(`a string without an end at ${start}`);
  }
}

function value(reader: TokenReader, token: string): JsonNode {
  if (token === '{') return { kind: 'object', members: list(reader, '}', member) };
  if (token === '[') return { kind: 'array', items: list(reader, ']', value) };
  if (token.startsWith('"')) return { kind: 'string', value: JSON.parse(token) as string };
  if (token === 'true' || token === 'false' || token === 'null') return { kind: 'literal', text: token };
  if (/^-?\d/.test(token)) return { kind: 'number', text: token };
  throw new SyntaxError(`expected a value, found ${token === '' ? 'the end' : token}`);
}

function list<T>(reader: TokenReader, close: string, item: (reader: TokenReader, token: string) => T): T[] {
  const items: T[] = [];
  for (let token = reader.next(); token !== close; token = reader.next()) {
    if (items.length > 0) {
      if (token !== ',') throw new SyntaxError(`expected , or ${close}, found ${token}`);
      token = reader.next();
    }
    items.push(item(reader, token));
  }
  return items;
}

function member(reader: TokenReader, token: string): readonly [string, JsonNode] {
  if (!token.startsWith('"')) throw new SyntaxError(`expected a key, found ${token}`);
  reader.expect(':');
  return [JSON.parse(token) as string, value(reader, reader.next())];
}

/** Compact JSON text of a node. */
export function printJson(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.members.map(([key, item]) => `${JSON.stringify(key)}:${printJson(item)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(printJson).join(',')}]`;
    case 'string':
      return JSON.stringify(node.value);
    default:
      return node.text;
  }
}

/** The member of an object, undefined for other kinds and missing keys. */
export function memberOf(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.find(([name]) => name === key)?.[1] : undefined;
}

/** Applies a change to every string and number of a value; keys stay. */
export function mapLeaves(node: JsonNode, change: (leaf: JsonNode) => JsonNode): JsonNode {
  if (node.kind === 'object')
    return { kind: 'object', members: node.members.map(([key, item]) => [key, mapLeaves(item, change)]) };
  if (node.kind === 'array') return { kind: 'array', items: node.items.map((item) => mapLeaves(item, change)) };
  return change(node);
}
