import type { Steps } from './cooperative.js';
import { asRaw, type RawJson, unquote } from './raw-json.js';
import { JsonTokens } from './tokens.js';

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

/** JSON text with other strings, in one pass. */
export function* rewritten(raw: RawJson, visitor: TokenVisitor): Steps<RawJson> {
  const splice = new Splice(raw);
  const tokens = new JsonTokens(raw);
  /** The key or index of the value at hand, in each container that is open. */
  const path: (RawJson | number)[] = [];
  const pathNow = () => path.map((step) => (typeof step === 'number' ? step : unquote(step)));
  for (let count = 1; tokens.next(); count++) {
    if (count % TOKENS_PER_STEP === 0) yield;
    const { kind, start, end, token } = tokens;
    if (kind === 'key') {
      path[path.length - 1] = token;
      visitor.key(token, pathNow);
      continue;
    }
    if (kind === 'close') {
      path.pop();
      continue;
    }
    const last = path.at(-1);
    if (typeof last === 'number') path[path.length - 1] = last + 1;
    if (kind === 'open') path.push(-1);
    else if (kind === 'literal') visitor.literal(token, pathNow);
    else {
      const replacement = visitor.string(token, pathNow);
      if (replacement !== token) splice.replace(start, end, replacement);
    }
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
  const tokens = new JsonTokens(raw);
  for (let count = 1; tokens.next(); count++) {
    if (count % TOKENS_PER_STEP === 0) yield;
    const { kind, token } = tokens;
    const copy = copies.at(-1) ?? root;
    if (kind === 'open') copies.push({ members: token === '{' ? new Map() : undefined, key: '', items: '' });
    else if (kind === 'key') copy.key = token;
    else if (kind !== 'close') add(copy, token);
    else {
      copies.pop();
      add(copies.at(-1) ?? root, printed(copy));
    }
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
