import type { Steps } from './cooperative.js';
import { asRaw, type RawJson, unquote } from './raw-json.js';
import { JsonTokenizer } from './tokenizer.js';

/** A copy of a text in which some tokens are replaced, from its beginning to its end. */
export class Splice {
  private readonly parts: string[] = [];
  private part = '';
  private copiedUntil: number | undefined;

  constructor(private readonly source: string) {}

  replace(start: number, end: number, replacement: string): void {
    this.part += this.source.slice(this.copiedUntil ?? 0, start) + replacement;
    this.copiedUntil = end;
    if (this.part.length < FLUSH_LENGTH) return;
    this.parts.push(flatten(this.part));
    this.part = '';
  }

  /** The copy of what stands from `start` to `end`. Nothing before or behind was replaced. */
  done(start: number, end: number): RawJson {
    if (this.copiedUntil === undefined) return asRaw(this.source.slice(start, end));
    this.parts.push(this.part, this.source.slice(this.copiedUntil, end));
    return asRaw(this.parts.join('').slice(start));
  }
}

const FLUSH_LENGTH = 65_536;

/** A chain of a million short strings takes up thirty times their length; a text that was encoded and decoded is no chain. */
function flatten(text: string): string {
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
export function* rewriteStrings(raw: RawJson, visitor: TokenVisitor): Steps<RawJson> {
  const splice = new Splice(raw);
  const tokens = new JsonTokenizer(raw);
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
interface ContainerCopy {
  /** Of an object: its members as they will be printed. */
  readonly members: Map<string, string> | undefined;
  key: string;
  items: string;
}

/** JSON text in which each object has the last of duplicate keys, in the first one's place. */
export function* withoutDuplicateKeys(raw: RawJson): Steps<RawJson> {
  const root: ContainerCopy = { members: undefined, key: '', items: '' };
  const copies: ContainerCopy[] = [root];
  const tokens = new JsonTokenizer(raw);
  for (let count = 1; tokens.next(); count++) {
    if (count % TOKENS_PER_STEP === 0) yield;
    const { kind, token } = tokens;
    const copy = copies.at(-1) ?? root;
    if (kind === 'open') copies.push({ members: token === '{' ? new Map() : undefined, key: '', items: '' });
    else if (kind === 'key') copy.key = token;
    else if (kind !== 'close') addValue(copy, token);
    else {
      copies.pop();
      addValue(copies.at(-1) ?? root, serialize(copy));
    }
  }
  return asRaw(root.items);
}

function addValue(copy: ContainerCopy, value: string): void {
  if (copy.members === undefined) copy.items += copy.items === '' ? value : `,${value}`;
  else copy.members.set(copy.key, value);
}

function serialize({ members, items }: ContainerCopy): string {
  if (members === undefined) return `[${items}]`;
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${key}:${value}`;
  return `{${text}}`;
}
