import type { Steps } from './cooperative.js';
import { NULL, type RawJson } from './raw-json.js';

/** A large body as a list of parts. Joining the parts would hold a large session in memory twice. */
export interface BodyParts {
  readonly parts: readonly (string | Buffer)[];
  readonly bytes: number;
}

/** A response body: a string, or the parts of a large body. */
export type JsonBody = RawJson | BodyParts;

/** A body of unknown length that is produced while it is sent. */
export interface StreamedBody {
  readonly chunks: AsyncIterable<Buffer>;
  /** Frees the source of the body. Must be called when the rest of the body is not needed. */
  readonly close: () => void;
}

/** Bodies shorter than this, in characters, are built and sent as a single string. */
export const SMALL_BODY_LENGTH = 131_072;
/** Values of at least this length, in characters, become separate parts: slices of their row, which are not copied. */
const MIN_SEPARATE_PART_LENGTH = 16_384;
/** Length in characters at which concatenated small values become a part. */
const PART_LENGTH = 114_688;
/** Length in characters beyond which Node keeps a string, and slices of it, outside of V8's heap. */
const MAX_HEAP_STRING_LENGTH = 1_000_000;

/** Treatment of null fields: routes that read or create sessions drop them; PATCH, rename and single runs show them. */
export type NullPolicy = 'dropped' | 'shown';

/** Writes JSON text from a sequence of keys, brackets and values. Inserts the commas. Does not copy large values. */
export class JsonWriter {
  private parts: (string | Buffer)[] = [];
  private text = '';
  /** Total length of `parts`: characters of strings plus bytes of encoded parts. */
  private partsLength = 0;
  /** Total length of the strings in `parts` that occupy the heap, in characters. */
  private heapLength = 0;
  private needsComma = false;

  /** Length of the output that `take` has not returned yet. */
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

  /** Writes a value that is given in two parts, whose concatenation would copy a large one. */
  valueInParts(first: string, rest: string): this {
    return this.value(first as RawJson).append(rest as RawJson);
  }

  /** Writes a member, or nothing when the value is undefined. */
  member(name: string, value: RawJson | undefined): this {
    if (value === undefined) return this;
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    return this.append(value);
  }

  /** Writes a field of a response; undefined counts as null. */
  field(name: string, value: RawJson | undefined, nulls: NullPolicy): this {
    const shown = value ?? NULL;
    return shown === NULL && nulls === 'dropped' ? this : this.key(name).value(shown);
  }

  /** Returns the output as a response body. */
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
   * Encodes the output so far as UTF-8: unlike strings, the bytes do not keep whole rows in memory.
   *
   * @param maxLength in characters; longer parts stay strings
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

/** Encodes the parts of a body as chunks of UTF-8. Joining the strings first would copy every part twice. */
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
      // Each code unit takes at least one byte; four bytes hold any character.
      chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_LENGTH, Math.max(4, remaining)));
      used = 0;
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
