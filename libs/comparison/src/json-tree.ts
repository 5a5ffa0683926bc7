/** JSON tree that keeps the digits of numbers and the order of keys. Serves to test the service's own JSON reader. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: 'true' | 'false' | 'null' };

const PUNCTUATION = '{}[],:';
const WHITESPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const END_OF_TEXT = '';

/** @throws SyntaxError if `text` is not exactly one JSON value */
export function parseJson(text: string): JsonNode {
  const reader = new JsonTokenizer(text);
  const node = parseValue(reader, reader.next());
  const rest = reader.next();
  if (rest !== END_OF_TEXT) throw new SyntaxError(`trailing text: ${rest}`);
  return node;
}

class JsonTokenizer {
  private position = 0;

  constructor(private readonly source: string) {}

  /** The next token, or `END_OF_TEXT`. */
  next(): string {
    WHITESPACE.lastIndex = this.position;
    WHITESPACE.test(this.source);
    const start = WHITESPACE.lastIndex;
    this.position = this.endOf(start);
    return this.source.slice(start, this.position);
  }

  private endOf(start: number): number {
    const first = this.source.charAt(start);
    if (first === '"') return this.endOfString(start);
    if (first === '' || PUNCTUATION.includes(first)) return start + first.length;
    SCALAR.lastIndex = start;
    if (!SCALAR.test(this.source))
      throw new SyntaxError(`not JSON at ${start}: ${this.source.slice(start, start + 40)}`);
    return SCALAR.lastIndex;
  }

  /** Index after the closing quotation mark: the first one that is preceded by an even number of backslashes. */
  private endOfString(start: number): number {
    for (let end = this.source.indexOf('"', start + 1); end !== -1; end = this.source.indexOf('"', end + 1)) {
      let backslashes = 0;
      while (this.source[end - 1 - backslashes] === '\\') backslashes++;
      if (backslashes % 2 === 0) return end + 1;
    }
    throw new SyntaxError(`unterminated string at ${start}`);
  }
}

function parseValue(reader: JsonTokenizer, token: string): JsonNode {
  if (token === '{') return { kind: 'object', members: parseList(reader, '}', parseMember) };
  if (token === '[') return { kind: 'array', items: parseList(reader, ']', parseValue) };
  if (token.startsWith('"')) return { kind: 'string', value: JSON.parse(token) as string };
  if (token === 'true' || token === 'false' || token === 'null') return { kind: 'literal', text: token };
  if (/^-?\d/.test(token)) return { kind: 'number', text: token };
  throw new SyntaxError(`expected a value, found ${nameOf(token)}`);
}

function nameOf(token: string): string {
  return token === '' ? 'the end' : token;
}

function parseList<T>(reader: JsonTokenizer, close: string, item: (reader: JsonTokenizer, token: string) => T): T[] {
  const items: T[] = [];
  for (let token = reader.next(); token !== close; token = reader.next()) {
    if (items.length > 0) {
      if (token !== ',') throw new SyntaxError(`expected ',' or '${close}', found ${nameOf(token)}`);
      token = reader.next();
    }
    items.push(item(reader, token));
  }
  return items;
}

function parseMember(reader: JsonTokenizer, token: string): readonly [string, JsonNode] {
  if (!token.startsWith('"')) throw new SyntaxError(`expected a key, found ${nameOf(token)}`);
  const separator = reader.next();
  if (separator !== ':') throw new SyntaxError(`expected ':', found ${nameOf(separator)}`);
  return [JSON.parse(token) as string, parseValue(reader, reader.next())];
}

/** Prints a node as compact JSON. */
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

/** The member of an object; undefined for other nodes and missing keys. */
export function memberOf(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.find(([name]) => name === key)?.[1] : undefined;
}

/** Replaces every string, number and literal of a tree; keys are unchanged. */
export function mapLeaves(node: JsonNode, change: (leaf: JsonNode) => JsonNode): JsonNode {
  if (node.kind === 'object')
    return { kind: 'object', members: node.members.map(([key, item]) => [key, mapLeaves(item, change)]) };
  if (node.kind === 'array') return { kind: 'array', items: node.items.map((item) => mapLeaves(item, change)) };
  return change(node);
}
