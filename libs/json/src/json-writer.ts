import type { Steps } from './cooperative.js';
import { NULL, type RawJson } from './raw-json.js';

/** A large body as parts in order. They are not joined, because a large session would then be in memory twice. */
export interface BodyParts {
  readonly parts: readonly (string | Buffer)[];
  readonly bytes: number;
}

/** A response body: one string, or parts if it is large. */
export type JsonBody = RawJson | BodyParts;

/** A body of unknown length that is produced while it is sent. */
export interface StreamedBody {
  readonly chunks: AsyncIterable<Buffer>;
  /** Must be called when the rest of the body is not needed. */
  readonly close: () => void;
}

/** Bodies below this length, in characters, are a single string and are sent at once. */
export const SMALL_BODY_LENGTH = 131_072;
/** Longer values, in characters, become separate parts: they stay slices of their row and are not copied. */
const MIN_SEPARATE_PART_LENGTH = 16_384;
/** Small values are concatenated to parts of about this length, in characters. */
const PART_LENGTH = 114_688;
/** Node keeps longer strings, in characters, outside the heap; slices of them take no heap either. */
const MAX_HEAP_STRING_LENGTH = 1_000_000;

/** How a route prints null fields: reads and creates drop them; PATCH, rename and single runs print null. */
export type NullPolicy = 'dropped' | 'shown';

/** Writes JSON text from a sequence of keys, brackets and values. Inserts the commas. Does not copy large values. */
export class JsonWriter {
  private parts: (string | Buffer)[] = [];
  private text = '';
  /** Length of `parts`: in characters, or in bytes for encoded parts. */
  private partsLength = 0;
  /** Length of the parts that are on the heap, in characters. */
  private heapLength = 0;
  private needsComma = false;

  /** Length of the output that has not been taken yet. */
  get length(): number {
    return this.partsLength + this.text.length;
  }

  openObject(): this {
    return this.open('{');
  }

  closeObject(): this {
    return this.close('}');
  }

  openArray(): this {
    return this.open('[');
  }

  closeArray(): this {
    return this.close(']');
  }

  /** Writes a key, to be followed by a value, object or array. The name must not need escaping. */
  key(name: string): this {
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    this.needsComma = false;
    return this;
  }

  value(raw: RawJson): this {
    if (this.needsComma) this.text += ',';
    return this.append(raw);
  }

  /** Writes a member, or nothing when the value is undefined. */
  member(name: string, value: RawJson | undefined): this {
    if (value === undefined) return this;
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    return this.append(value);
  }

  /** Writes a field of a response. Undefined counts as null. */
  field(name: string, value: RawJson | undefined, nulls: NullPolicy): this {
    const shown = value ?? NULL;
    return shown === NULL && nulls === 'dropped' ? this : this.key(name).value(shown);
  }

  /** Returns the whole body. */
  *done(): Steps<JsonBody> {
    if (this.parts.length === 0) return this.text as RawJson;
    const parts = this.take();
    if (parts.every((part) => typeof part === 'string') && totalLength(parts) < SMALL_BODY_LENGTH)
      return parts.join('') as RawJson;
    let bytes = 0;
    for (const part of parts) {
      bytes += Buffer.byteLength(part);
      yield;
    }
    return { parts, bytes };
  }

  /** Removes and returns the output so far. */
  take(): (string | Buffer)[] {
    const parts = this.text === '' ? this.parts : [...this.parts, this.text];
    this.parts = [];
    this.partsLength = 0;
    this.heapLength = 0;
    this.text = '';
    return parts;
  }

  /**
   * Encodes the output so far, so that its slices no longer keep their rows in memory.
   *
   * @param maxLength longer parts stay strings, in characters
   */
  encode(maxLength = Number.POSITIVE_INFINITY): void {
    const parts: (string | Buffer)[] = [];
    let short: (string | Buffer)[] = [];
    for (const part of this.take()) {
      if (part.length <= maxLength) {
        short.push(part);
        continue;
      }
      parts.push(...encodedChunks(short), part);
      short = [];
    }
    this.parts = [...parts, ...encodedChunks(short)];
    this.partsLength = totalLength(this.parts);
  }

  private append(raw: RawJson): this {
    this.needsComma = true;
    if (raw.length < MIN_SEPARATE_PART_LENGTH) this.text += raw;
    else {
      this.push(this.text);
      this.push(raw);
      this.text = '';
    }
    if (this.text.length >= PART_LENGTH) {
      this.push(this.text);
      this.text = '';
    }
    // Moves the output off the heap: responses that wait for slow clients would cause constant garbage collection.
    if (this.heapLength >= SMALL_BODY_LENGTH) this.encode(MAX_HEAP_STRING_LENGTH);
    return this;
  }

  private push(part: string): void {
    this.parts.push(part);
    this.partsLength += part.length;
    if (part.length <= MAX_HEAP_STRING_LENGTH) this.heapLength += part.length;
  }

  private open(bracket: string): this {
    this.text += this.needsComma ? `,${bracket}` : bracket;
    this.needsComma = false;
    return this;
  }

  private close(bracket: string): this {
    this.text += bracket;
    this.needsComma = true;
    return this;
  }
}

function totalLength(parts: readonly (string | Buffer)[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Length of the chunks in which a large body is sent, in bytes. */
export const CHUNK_LENGTH = 524_288;

const ENCODER = new TextEncoder();
const NO_BYTES = Buffer.alloc(0);

/** Encodes the parts of a body into chunks. Joining them as strings first would copy every part twice. */
export function* encodedChunks(parts: readonly (string | Buffer)[]): Generator<Buffer> {
  let remaining = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
  let chunk = NO_BYTES;
  let used = 0;
  for (const part of parts) {
    if (typeof part !== 'string') {
      if (used > 0) yield chunk.subarray(0, used);
      chunk = NO_BYTES;
      used = 0;
      yield part;
      continue;
    }
    let rest = part;
    while (rest !== '') {
      const { read, written } = ENCODER.encodeInto(rest, chunk.subarray(used));
      used += written;
      remaining -= read;
      rest = rest.slice(read);
      if (rest === '') break;
      if (used > 0) yield chunk.subarray(0, used);
      // A code unit takes at least one byte. Four bytes hold any character.
      chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_LENGTH, Math.max(4, remaining)));
      used = 0;
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
