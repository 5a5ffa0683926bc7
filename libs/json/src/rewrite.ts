import type { Steps } from './cooperative.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfLiteral,
  endOfString,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from './cursor.js';
import { asRaw, type RawJson, unquote } from './raw-json.js';

/** A copy of a text in which some tokens are replaced, from its beginning to its end. */
export class Splice {
  private readonly parts: string[] = [];
  private part = '';
  private copied: number | undefined;

  constructor(private readonly source: string) {}

  replace(start: number, end: number, replacement: string): void {
    this.part += this.source.slice(this.copied ?? 0, start) + replacement;
    this.copied = end;
    if (this.part.length < PART) return;
    this.parts.push(flat(this.part));
    this.part = '';
  }

  /** The copy of what stands from `start` to `end`. Nothing before or behind was replaced. */
  done(start: number, end: number): RawJson {
    if (this.copied === undefined) return asRaw(this.source.slice(start, end));
    this.parts.push(this.part, this.source.slice(this.copied, end));
    return asRaw(this.parts.join('').slice(start));
  }
}

const PART = 65_536;

/** A chain of a million short strings takes up thirty times their length; a text that was encoded and decoded is no chain. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

/** Where a value stands: keys and indexes from the outside in. */
export type JsonPath = readonly (string | number)[];

/** Told of every key and every value that is no array or object. `path` is made on demand: it costs what the depth is. */
export interface TokenVisitor {
  key(raw: RawJson, path: () => JsonPath): void;
  /** Returns what takes the place of the string. */
  string(raw: RawJson, path: () => JsonPath): RawJson;
  literal(raw: RawJson, path: () => JsonPath): void;
}

/** An array or object on the way to the value at hand. */
interface Level {
  readonly isObject: boolean;
  key: RawJson | undefined;
  index: number;
}

/** JSON text with other strings, in one pass. */
export function* rewritten(raw: RawJson, visitor: TokenVisitor): Steps<RawJson> {
  const splice = new Splice(raw);
  const levels: Level[] = [];
  const path = () => levels.map(({ key, index }) => (key === undefined ? index : unquote(key)));
  let expectsKey = false;
  let position = 0;
  for (let tokens = 1; position < raw.length; tokens++) {
    if (tokens % TOKENS_PER_STEP === 0) yield;
    const code = raw.charCodeAt(position);
    const level = levels.at(-1);
    let end = position + 1;
    switch (code) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        levels.push({ isObject: code === OPEN_BRACE, key: undefined, index: 0 });
        expectsKey = code === OPEN_BRACE;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        levels.pop();
        break;
      case COMMA:
        if (level !== undefined) level.index++;
        expectsKey = level?.isObject === true;
        break;
      case QUOTE: {
        end = endOfString(raw, position);
        const token = asRaw(raw.slice(position, end));
        if (expectsKey && level !== undefined) {
          level.key = token;
          visitor.key(token, path);
          expectsKey = false;
        } else {
          const replacement = visitor.string(token, path);
          if (replacement !== token) splice.replace(position, end, replacement);
        }
        break;
      }
      default:
        if (code <= SPACE || code === COLON) break;
        end = endOfLiteral(raw, position);
        visitor.literal(asRaw(raw.slice(position, end)), path);
    }
    position = end;
  }
  return splice.done(0, raw.length);
}

const TOKENS_PER_STEP = 1_024;

/** An array or object that is being written anew. */
interface Copy {
  /** Of an object: its members as they will be printed. */
  readonly members: Map<string, string> | undefined;
  key: string;
  items: string;
}

/** JSON text in which each object has the last of duplicate keys, in the first one's place. */
export function* withoutDuplicateKeys(raw: RawJson): Steps<RawJson> {
  const root: Copy = { members: undefined, key: '', items: '' };
  const copies: Copy[] = [root];
  let expectsKey = false;
  let position = 0;
  for (let tokens = 1; position < raw.length; tokens++) {
    if (tokens % TOKENS_PER_STEP === 0) yield;
    const code = raw.charCodeAt(position);
    const copy = copies.at(-1) ?? root;
    let end = position + 1;
    switch (code) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        expectsKey = code === OPEN_BRACE;
        copies.push({ members: expectsKey ? new Map() : undefined, key: '', items: '' });
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        copies.pop();
        add(copies.at(-1) ?? root, printed(copy));
        break;
      case COMMA:
        expectsKey = copy.members !== undefined;
        break;
      default:
        if (code <= SPACE || code === COLON) break;
        end = code === QUOTE ? endOfString(raw, position) : endOfLiteral(raw, position);
        if (expectsKey) copy.key = raw.slice(position, end);
        else add(copy, raw.slice(position, end));
        expectsKey = false;
    }
    position = end;
  }
  return asRaw(root.items);
}

function add(copy: Copy, value: string): void {
  if (copy.members === undefined) copy.items += copy.items === '' ? value : `,${value}`;
  else copy.members.set(copy.key, value);
}

function printed({ members, items }: Copy): string {
  if (members === undefined) return `[${items}]`;
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${key}:${value}`;
  return `{${text}}`;
}
