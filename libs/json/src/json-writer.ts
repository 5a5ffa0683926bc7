import type { Steps } from './cooperative.js';
import { NULL, type RawJson } from './raw-json.js';

/** A large body: its parts in order. They are never joined in memory, which would hold a large session twice. */
export interface BodyParts {
  readonly parts: readonly (string | Buffer)[];
  readonly bytes: number;
}

/** The body of a response: one text, or, when it is large, its parts. */
export type JsonBody = RawJson | BodyParts;

/** A body of unknown length that is made while it is sent. */
export interface StreamedBody {
  readonly chunks: AsyncIterable<Buffer>;
  /** To be called when no more of it is wanted. */
  readonly close: () => void;
}

/** A shorter body is one text, which is sent at once, in characters. */
export const SMALL_BODY_LENGTH = 131_072;
/** From this length on, in characters, a value is a part of its own: it stays a slice of the row that it was read from. */
const MIN_SEPARATE_PART_LENGTH = 16_384;
/** Small values are put together up to this length, in characters. */
const PART_LENGTH = 114_688;
/** Node keeps longer strings outside the heap, in characters. A slice of one takes nothing. */
const MAX_HEAP_STRING_LENGTH = 1_000_000;

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type NullPolicy = 'dropped' | 'shown';

/**
 * Writes JSON text from ready-made values, one behind the other. It sets the commas itself. Large values are not copied.
 */
export class JsonWriter {
  private parts: (string | Buffer)[] = [];
  private text = '';
  /** Of `parts`: characters, bytes where they are encoded. */
  private partsLength = 0;
  /** Of the parts that take up heap, in characters. */
  private heapLength = 0;
  private needsComma = false;

  /** How much was written and not taken yet. */
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

  /** Writes a key; a value, object or array has to follow. The name is known to need no escaping. */
  key(name: string): this {
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    this.needsComma = false;
    return this;
  }

  value(raw: RawJson): this {
    if (this.needsComma) this.text += ',';
    return this.append(raw);
  }

  /** Writes a member unless it has no value. */
  member(name: string, value: RawJson | undefined): this {
    if (value === undefined) return this;
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    return this.append(value);
  }

  /** Writes a field of a response. A null is `undefined` or JSON null. */
  field(name: string, value: RawJson | undefined, nulls: NullPolicy): this {
    const shown = value ?? NULL;
    return shown === NULL && nulls === 'dropped' ? this : this.key(name).value(shown);
  }

  /** Ends the body. */
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

  /** Takes away what was written so far. */
  take(): (string | Buffer)[] {
    const parts = this.text === '' ? this.parts : [...this.parts, this.text];
    this.parts = [];
    this.partsLength = 0;
    this.heapLength = 0;
    this.text = '';
    return parts;
  }

  /**
   * Encodes what was written so far, so that no slice keeps the row in memory that it was cut from.
   *
   * @param longest parts that are longer stay as they are, in characters
   */
  encode(longest = Number.POSITIVE_INFINITY): void {
    const parts: (string | Buffer)[] = [];
    let short: (string | Buffer)[] = [];
    for (const part of this.take()) {
      if (part.length <= longest) {
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
    // A response that waits for its client must not fill the heap: garbage would be collected all the time.
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

/** Encodes the parts of a body straight into chunks: to join them as strings first would copy every part twice. */
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
      // A code unit takes at least one byte; a character of four bytes must fit.
      chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_LENGTH, Math.max(4, remaining)));
      used = 0;
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
