import type { Steps } from './cooperative.js';
import { CLOSE_BRACE, COLON, COMMA, endOfString, endOfValue, OPEN_BRACE, SPACE } from './cursor.js';
import { asRaw, type RawJson, unquote } from './raw-json.js';

/**
 * Applies a JSON merge patch to the text of a value: members of the patch replace those of the target, objects recursively,
 * and null removes them. The text of everything else, its numbers and the order of its keys stay as they are. Reads both
 * texts a fixed number of times, without recursion, and keeps keys in memory only of objects that are in both.
 * https://www.rfc-editor.org/rfc/rfc7396
 *
 * @param target any value; other values than objects count as `{}`
 * @param patch an object without duplicate keys
 */
export function* mergePatch(target: RawJson, patch: RawJson): Steps<RawJson> {
  const merged = new MergedText();
  if (target.charCodeAt(0) === OPEN_BRACE) yield* writeMerged(merged, target, yield* indexPatch(patch));
  else yield* writeWithoutNulls(merged, patch, 0);
  return merged.text();
}

/** Number of members per step. */
const MEMBERS_PER_STEP = 512;
const LETTER_N = 0x6e;

/** The objects of a patch, numbered in the order in which they begin. So an object is read without those within it. */
interface PatchIndex {
  readonly text: RawJson;
  /** The index after each object. */
  readonly ends: number[];
  /** The number of the first object after each object, not counting those within it. */
  readonly followers: number[];
}

function* indexPatch(text: RawJson): Steps<PatchIndex> {
  const ends: number[] = [0];
  const followers: number[] = [0];
  const open: number[] = [0];
  let position = 1;
  for (let count = 1; open.length > 0; count++) {
    if (count % MEMBERS_PER_STEP === 0) yield;
    position = skipSeparators(text, position);
    if (text.charCodeAt(position) === CLOSE_BRACE) {
      position++;
      const closed = open.pop() ?? 0;
      ends[closed] = position;
      followers[closed] = ends.length;
      continue;
    }
    position = skipSeparators(text, endOfString(text, position));
    if (text.charCodeAt(position) === OPEN_BRACE) {
      open.push(ends.length);
      ends.push(0);
      followers.push(0);
      position++;
    } else position = endOfValue(text, position);
  }
  return { text, ends, followers };
}

/** An object of the patch that is being merged with one of the target. */
class PatchObject {
  /** Position in the lists below, by key. */
  readonly members = new Map<string, number>();
  readonly keyStarts: number[] = [];
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];
  /** Number of the object that is the value, else 0. */
  readonly objects: number[] = [];
  /** 1 for each member whose key the target has. */
  found = new Uint8Array(0);
  /** Members of the target that are copied unchanged, from `keptFrom`; undefined: none. */
  keptFrom: number | undefined;
  keptUntil = 0;

  /** Reads the object that begins at `start`. @param number its number in the index */
  *read({ text, ends, followers }: PatchIndex, number: number, start: number): Steps<this> {
    let nested = number + 1;
    let position = start + 1;
    for (let count = 0; ; count++) {
      if (count % MEMBERS_PER_STEP === 0) yield;
      position = skipSeparators(text, position);
      if (text.charCodeAt(position) === CLOSE_BRACE) break;
      const keyEnd = endOfString(text, position);
      this.members.set(unquote(asRaw(text.slice(position, keyEnd))), count);
      this.keyStarts.push(position);
      position = skipSeparators(text, keyEnd);
      this.valueStarts.push(position);
      if (text.charCodeAt(position) === OPEN_BRACE) {
        position = ends[nested] ?? text.length;
        this.objects.push(nested);
        nested = followers[nested] ?? 0;
      } else {
        position = endOfValue(text, position);
        this.objects.push(0);
      }
      this.valueEnds.push(position);
    }
    this.found = new Uint8Array(this.members.size);
    return this;
  }
}

function* writeMerged(merged: MergedText, target: RawJson, index: PatchIndex): Steps<void> {
  const { text } = index;
  const open: PatchObject[] = [];
  let patch: PatchObject | undefined = yield* new PatchObject().read(index, 0, 0);
  let position = 1;
  merged.open();
  for (let count = 1; patch !== undefined; count++) {
    if (count % MEMBERS_PER_STEP === 0) yield;
    position = skipSeparators(target, position);
    if (target.charCodeAt(position) === CLOSE_BRACE) {
      position++;
      merged.kept(target, patch);
      yield* writeNewMembers(merged, text, patch);
      merged.close();
      patch = open.pop();
      continue;
    }
    const start = position;
    const keyEnd = endOfString(target, start);
    const member = patch.members.get(unquote(asRaw(target.slice(start, keyEnd))));
    const valueStart = skipSeparators(target, keyEnd);
    if (member === undefined) {
      position = endOfValue(target, valueStart);
      patch.keptFrom ??= start;
      patch.keptUntil = position;
      continue;
    }
    merged.kept(target, patch);
    patch.found[member] = 1;
    const changeStart = patch.valueStarts[member] ?? 0;
    const object = patch.objects[member] ?? 0;
    if (object > 0 && target.charCodeAt(valueStart) === OPEN_BRACE) {
      merged.member(target.slice(start, valueStart));
      merged.open();
      open.push(patch);
      patch = yield* new PatchObject().read(index, object, changeStart);
      position = valueStart + 1;
      continue;
    }
    position = endOfValue(target, valueStart);
    if (text.charCodeAt(changeStart) === LETTER_N) continue;
    merged.member(target.slice(start, valueStart));
    if (object > 0) yield* writeWithoutNulls(merged, text, changeStart);
    else merged.value(text.slice(changeStart, patch.valueEnds[member]));
  }
}

/** Writes the members of the patch that the target does not have. */
function* writeNewMembers(merged: MergedText, text: RawJson, patch: PatchObject): Steps<void> {
  for (let member = 0; member < patch.found.length; member++) {
    if (member % MEMBERS_PER_STEP === 0) yield;
    const start = patch.valueStarts[member] ?? 0;
    if (patch.found[member] === 1 || text.charCodeAt(start) === LETTER_N) continue;
    merged.member(text.slice(patch.keyStarts[member], start));
    if ((patch.objects[member] ?? 0) > 0) yield* writeWithoutNulls(merged, text, start);
    else merged.value(text.slice(start, patch.valueEnds[member]));
  }
}

/** Writes the object of the patch that begins at `start` without nulls, also of objects within it. */
function* writeWithoutNulls(merged: MergedText, text: RawJson, start: number): Steps<void> {
  let position = start + 1;
  let depth = 1;
  merged.open();
  for (let count = 1; depth > 0; count++) {
    if (count % MEMBERS_PER_STEP === 0) yield;
    position = skipSeparators(text, position);
    if (text.charCodeAt(position) === CLOSE_BRACE) {
      position++;
      depth--;
      merged.close();
      continue;
    }
    const keyStart = position;
    const valueStart = skipSeparators(text, endOfString(text, keyStart));
    const first = text.charCodeAt(valueStart);
    if (first === OPEN_BRACE) {
      merged.member(text.slice(keyStart, valueStart));
      merged.open();
      depth++;
      position = valueStart + 1;
      continue;
    }
    position = endOfValue(text, valueStart);
    if (first !== LETTER_N) merged.member(text.slice(keyStart, position));
  }
}

/** The result as bytes, which unlike many short strings take no space on the heap. */
class MergedText {
  private readonly parts: Buffer[] = [];
  private part = '';
  private needsComma = false;

  open(): void {
    this.add('{');
    this.needsComma = false;
  }

  close(): void {
    this.add('}');
    this.needsComma = true;
  }

  /** Writes a member, or a key with its colon to be followed by a value or an object. */
  member(member: string): void {
    if (this.needsComma) this.add(', ');
    this.add(member);
    this.needsComma = true;
  }

  value(text: string): void {
    this.add(text);
  }

  /** Writes the members that are copied unchanged, if any. */
  kept(target: RawJson, patch: PatchObject): void {
    if (patch.keptFrom === undefined) return;
    this.member(target.slice(patch.keptFrom, patch.keptUntil));
    patch.keptFrom = undefined;
  }

  text(): RawJson {
    this.flush();
    return asRaw(Buffer.concat(this.parts).toString());
  }

  private add(text: string): void {
    this.part += text;
    if (this.part.length >= PART_LENGTH) this.flush();
  }

  /** Lone surrogates, which bytes cannot hold, are always escaped in JSON text. */
  private flush(): void {
    this.parts.push(Buffer.from(this.part));
    this.part = '';
  }
}

const PART_LENGTH = 65_536;

function skipSeparators(text: string, start: number): number {
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code > SPACE && code !== COMMA && code !== COLON) return position;
    if (Number.isNaN(code)) throw new Error('The JSON text of an object is not complete');
    position++;
  }
}
