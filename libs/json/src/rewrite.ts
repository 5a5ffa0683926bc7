import type { Steps } from './cooperative.js';
import { asRaw, type RawJson, unquote } from './raw-json.js';
import { JsonTokenizer } from './tokenizer.js';

/** Copies a text with some tokens replaced. Replacements must be made in ascending order. */
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

  /** Returns the copy of the text from `start` to `end`. All replacements must lie in that range. */
  done(start: number, end: number): RawJson {
    if (this.copiedUntil === undefined) return asRaw(this.source.slice(start, end));
    this.parts.push(this.part, this.source.slice(this.copiedUntil, end));
    return asRaw(this.parts.join('').slice(start));
  }
}

const FLUSH_LENGTH = 65_536;

/** Turns a rope into a flat string: a rope of a million short strings takes thirty times their length in memory. */
function flatten(text: string): string {
  return Buffer.from(text).toString();
}

/** Path to a value: the keys and indexes from the outermost container to the value. */
export type JsonPath = readonly (string | number)[];

/** Called for keys, strings and literals in order. `path()` builds the path of the token only when it is needed. */
interface TokenVisitor {
  key(raw: RawJson, path: () => JsonPath): void;
  /** Returns the replacement of the string, or `raw` to keep it. */
  string(raw: RawJson, path: () => JsonPath): RawJson;
  literal(raw: RawJson, path: () => JsonPath): void;
}

/** Replaces strings of a JSON text in one pass. */
export function* rewriteStrings(raw: RawJson, visitor: TokenVisitor): Steps<RawJson> {
  const splice = new Splice(raw);
  const tokens = new JsonTokenizer(raw);
  /** The current key or index of each open container. */
  const path: (RawJson | number)[] = [];
  const currentPath = () => path.map((step) => (typeof step === 'number' ? step : unquote(step)));
  for (let count = 1; tokens.next(); count++) {
    if (count % TOKENS_PER_STEP === 0) yield;
    const { kind, start, end, token } = tokens;
    if (kind === 'key') {
      path[path.length - 1] = token;
      visitor.key(token, currentPath);
      continue;
    }
    if (kind === 'close') {
      path.pop();
      continue;
    }
    const last = path.at(-1);
    if (typeof last === 'number') path[path.length - 1] = last + 1;
    if (kind === 'open') path.push(-1);
    else if (kind === 'literal') visitor.literal(token, currentPath);
    else {
      const replacement = visitor.string(token, currentPath);
      if (replacement !== token) splice.replace(start, end, replacement);
    }
  }
  return splice.done(0, raw.length);
}

const TOKENS_PER_STEP = 1_024;

interface ContainerCopy {
  /** The members of an object: the JSON text of each value by the JSON text of its key. Undefined for an array. */
  readonly members: Map<string, string> | undefined;
  key: string;
  items: string;
}

/** Replaces `NaN`, `Infinity` and `-Infinity`, which Python reads and AgentOS prints as null. */
export function* withoutNonFinite(raw: RawJson): Steps<RawJson> {
  const splice = new Splice(raw);
  const tokens = new JsonTokenizer(raw);
  for (let count = 1; tokens.next(); count++) {
    if (count % TOKENS_PER_STEP === 0) yield;
    if (tokens.kind === 'literal' && /^-?[IN]/.test(tokens.token)) splice.replace(tokens.start, tokens.end, 'null');
  }
  return splice.done(0, raw.length);
}

/** Removes duplicate keys: the last value takes the position of the first, as in Python's `dict`. */
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
  let json = '';
  for (const [key, value] of members) json += `${json === '' ? '' : ','}${key}:${value}`;
  return `{${json}}`;
}
