import { asRaw, type RawJson } from './raw-json.js';

/** UTF-16 code units of the characters that structure JSON text. */
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** Number of members kept without checking their names: in small objects the check costs more than it saves. */
const MAX_UNFILTERED_MEMBERS = 64;

const NO_MEMBERS: ReadonlyMap<string, RawJson> = new Map();

/**
 * Returns the members of an object in order, each value as a slice of the JSON text; for duplicate keys, the last
 * value. A value that is not an object has no members.
 *
 * @param names the members that the caller needs; most other members of a large object are omitted
 */
export function membersOf(raw: RawJson | null | undefined, names?: MemberNames): ReadonlyMap<string, RawJson> {
  return raw?.charCodeAt(0) === OPEN_BRACE ? new JsonCursor(raw).members(names) : NO_MEMBERS;
}

/** Iterates over the members of an object, including duplicate keys. A value that is not an object has no members. */
export function* entriesOf(raw: RawJson): Generator<[key: string, value: RawJson], undefined> {
  if (raw.charCodeAt(0) !== OPEN_BRACE) return;
  const cursor = new JsonCursor(raw);
  while (cursor.enterMember()) yield [cursor.key(), cursor.value()];
}

/** Iterates over the items of an array as slices of the JSON text. A value that is not an array has no items. */
export function* itemsOf(raw: RawJson | null | undefined): Generator<RawJson, undefined> {
  if (raw?.charCodeAt(0) !== OPEN_BRACKET) return;
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) yield cursor.value();
}

/** Yields the members of each item of an array, like `membersOf`, or undefined for an item that is not an object. */
export function* objectsIn(
  raw: RawJson | undefined,
  names: MemberNames,
): Generator<ReadonlyMap<string, RawJson> | undefined, undefined> {
  if (raw?.charCodeAt(0) !== OPEN_BRACKET) return;
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) {
    if (cursor.isAtObject()) yield cursor.members(names);
    else {
      cursor.skipValue();
      yield undefined;
    }
  }
}

/** True when every item of the array is of the given kind. */
export function everyItemIs(kind: 'object' | 'string', raw: RawJson): boolean {
  const first = kind === 'object' ? OPEN_BRACE : QUOTE;
  const cursor = new JsonCursor(raw);
  while (cursor.enterItem()) {
    if (raw.charCodeAt(cursor.position) !== first) return false;
    cursor.skipValue();
  }
  return true;
}

/** Sets a member of an object: replaces the existing member in its position, or appends a new one. */
export function withMember(raw: RawJson, name: string, value: RawJson): RawJson {
  const key = JSON.stringify(name);
  const cursor = new JsonCursor(raw);
  while (cursor.enterMember()) {
    const start = cursor.position;
    cursor.skipKey();
    cursor.skipValue();
    if (raw.startsWith(key, start)) return asRaw(`${raw.slice(0, start)}${key}:${value}${raw.slice(cursor.position)}`);
  }
  const body = raw.slice(1, -1);
  return asRaw(body.trim() === '' ? `{${key}:${value}}` : `{${body},${key}:${value}}`);
}

/** Removes the named members from an object. */
export function withoutMembers(raw: RawJson, names: MemberNames): RawJson {
  const cursor = new JsonCursor(raw);
  let kept = '';
  let keptFrom: number | undefined;
  let end = 0;
  const keep = () => {
    if (keptFrom !== undefined) kept += (kept === '' ? '' : ',') + raw.slice(keptFrom, end);
    keptFrom = undefined;
  };
  while (cursor.enterMember()) {
    const start = cursor.position;
    if (names.has(cursor.key())) keep();
    else keptFrom ??= start;
    cursor.skipValue();
    end = cursor.position;
  }
  keep();
  return asRaw(`{${kept}}`);
}

/**
 * The names of the members to read from an object that may have a million other members. Most other keys are excluded
 * by their length and first character, without slicing them out of the JSON text.
 */
export class MemberNames extends Set<string> {
  private readonly signatures = new Uint8Array(4_096);

  constructor(names: Iterable<string>) {
    super(names);
    for (const name of this) this.signatures[signature(name.charCodeAt(0), name.length)] = 1;
  }

  /** False when the key from `start` to `end` is certainly not one of the names. */
  mayContain(json: string, start: number, end: number): boolean {
    return this.signatures[signature(json.charCodeAt(start), end - start)] === 1;
  }
}

function signature(first: number, length: number): number {
  return ((first & 63) << 6) | (length & 63);
}

/**
 * Walks over valid JSON text and returns slices of it. Looks at each character once, whatever the nesting depth. Skips
 * strings, which are most of AgentOS's data, with the native `indexOf`.
 */
class JsonCursor {
  position = 0;

  constructor(private readonly text: string) {}

  /** Moves to the next item of the array at the cursor; returns false at its end. */
  enterItem(): boolean {
    return this.enter(CLOSE_BRACKET);
  }

  /** Moves to the key of the next member of the object at the cursor; returns false at its end. */
  enterMember(): boolean {
    return this.enter(CLOSE_BRACE);
  }

  isAtObject(): boolean {
    return this.text.charCodeAt(this.position) === OPEN_BRACE;
  }

  /** Reads the members of the object at the cursor, reducing a large object to `names`. */
  members(names?: MemberNames): Map<string, RawJson> {
    const members = new Map<string, RawJson>();
    this.position++;
    while (this.enterMember()) {
      const start = this.position + 1;
      const end = this.skipKey() - 1;
      const keepsAll = members.size < MAX_UNFILTERED_MEMBERS || names === undefined;
      if (keepsAll || names.mayContain(this.text, start, end)) {
        const key = unescaped(this.text.slice(start, end));
        if (keepsAll || names.has(key)) {
          members.set(key, this.value());
          continue;
        }
      }
      this.skipValue();
    }
    this.position++;
    return members;
  }

  /** Reads the key at the cursor and moves to its value. */
  key(): string {
    const start = this.position + 1;
    return unescaped(this.text.slice(start, this.skipKey() - 1));
  }

  /** Moves from a key to its value. Returns the index after the closing quote of the key. */
  skipKey(): number {
    const end = endOfString(this.text, this.position);
    this.position = end;
    this.skipSpace();
    this.position++;
    this.skipSpace();
    return end;
  }

  /** Reads the value at the cursor. */
  value(): RawJson {
    const start = this.position;
    this.skipValue();
    return this.text.slice(start, this.position) as RawJson;
  }

  skipValue(): void {
    this.position = endOfValue(this.text, this.position);
  }

  private enter(close: number): boolean {
    const code = this.skipSpace();
    if (Number.isNaN(code) || code === close) return false;
    // Skips the opening bracket, or the comma after the previous item.
    if (this.position === 0 || code === COMMA) this.position++;
    return this.skipSpace() !== close;
  }

  /** Skips white space and returns the code unit at the cursor, or NaN at the end. */
  private skipSpace(): number {
    let code = this.text.charCodeAt(this.position);
    while (code <= SPACE) {
      this.position++;
      code = this.text.charCodeAt(this.position);
    }
    return code;
  }
}

function unescaped(key: string): string {
  return key.includes('\\') ? (JSON.parse(`"${key}"`) as string) : key;
}

/** The index after the value that begins at `start`. */
export function endOfValue(text: string, start: number): number {
  const code = text.charCodeAt(start);
  if (code === QUOTE) return endOfString(text, start);
  return code === OPEN_BRACE || code === OPEN_BRACKET ? endOfContainer(text, start) : endOfLiteral(text, start);
}

/** The index after the number, `true`, `false` or `null` that begins at `start`. */
export function endOfLiteral(text: string, start: number): number {
  let position = start;
  for (; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE) break;
  }
  return position;
}

/** The index after the closing quote of the string that begins at `start`. */
export function endOfString(text: string, start: number): number {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close)) {
    close = text.indexOf('"', close + 1);
  }
  return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function endOfContainer(text: string, start: number): number {
  let position = start;
  let depth = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) position = endOfString(text, position);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
      position++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
      position++;
      if (depth === 0) break;
    } else position = endOfPlain(text, position);
  }
  return position;
}

/** The index of the first quote, bracket or brace after `start`. */
function endOfPlain(text: string, start: number): number {
  for (let position = start + 1; position < start + MAX_LOOP_LENGTH; position++) {
    const code = text.charCodeAt(position);
    // `[` differs from `{`, and `]` from `}`, in the bit 0x20 only.
    if (code === QUOTE || (code | 0x20) === OPEN_BRACE || (code | 0x20) === CLOSE_BRACE) return position;
  }
  return endOfLongPlain(text, start + MAX_LOOP_LENGTH);
}

/**
 * Skips long sequences of numbers, keywords and separators with native searches, which are many times faster than a
 * loop. The search window starts small and grows: searching the rest of the text for each array would take quadratic
 * time.
 */
function endOfLongPlain(text: string, start: number): number {
  let position = start;
  for (let size = MAX_LOOP_LENGTH; position < text.length; size = Math.min(2 * size, MAX_WINDOW_LENGTH)) {
    const window = text.slice(position, position + size);
    let plain = window;
    for (const character of STRUCTURE) {
      const index = plain.indexOf(character);
      if (index !== -1) plain = plain.slice(0, index);
    }
    position += plain.length;
    if (plain.length < window.length) break;
  }
  return position;
}

const STRUCTURE = ['"', '[', ']', '{', '}'] as const;
const MAX_LOOP_LENGTH = 64;
const MAX_WINDOW_LENGTH = 262_144;
