/** Type byte and length of a message. The length includes itself, but not the type byte. */
const HEADER_BYTES = 5;

/** PostgreSQL builds messages in buffers of less than 1 GiB (MaxAllocSize): a longer one is not from PostgreSQL. */
const MAX_MESSAGE_BYTES = 2 ** 30;

/**
 * Only these types may be longer than 30,000 bytes, as in libpq (VALID_LONG_MESSAGE_TYPE). This detects servers that
 * speak another protocol, such as HTTP.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/interfaces/libpq/fe-protocol3.c
 */
const LONG_TYPES = typesOf('ADENTdt');
const MAX_SHORT_MESSAGE_BYTES = 30_000;

/** The types that pg's parser supports. It would report an unknown type as a statement error and continue reading. */
const KNOWN_TYPES = typesOf('123ACDEGHIKNRSTWZcdnst');

const DATA_ROW = typeOf('D');

/**
 * Maximum length of a stored value that is decoded, 200 MiB: scanning a longer value would block the event loop for
 * more than 250 ms. V8 limits strings to 536,870,888 characters, and PostgreSQL limits jsonb to 256 MB.
 */
export const MAX_VALUE_BYTES = 209_715_200;

/** Replaces a value longer than MAX_VALUE_BYTES. No stored value equals it: PostgreSQL's text cannot contain NUL. */
export const OVERSIZED = '\0';

export interface MessageHandlers {
  /** Receives one or more whole messages; the bytes are valid only during the call. */
  onMessages(messages: Buffer): void;
  /** Called before `onMessages` receives a row with OVERSIZED in place of a value. */
  onOversized(): void;
  /** Returns false to skip a row. Called with the size of each row that does not fit into one read. */
  wantsRow(bytes: number): boolean;
}

/**
 * Splits the byte stream of a PostgreSQL server into messages, so that pg's parser receives only whole ones. The parser
 * itself doubles its buffer whenever a message does not fit, which costs several times the size of a large row. This
 * class collects a message longer than a read in one buffer of exactly its size, and allocates nothing for a skipped
 * row.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class MessageFramer {
  /** The message whose end has not arrived. */
  private partial: PartialMessage | undefined;
  /** The first bytes of a message whose header is incomplete. */
  private partialHeader: Buffer | undefined;

  /** @param maxValueBytes longest value to decode; at least the size of a read (64 KiB) */
  constructor(
    private readonly handlers: MessageHandlers,
    private readonly maxValueBytes = MAX_VALUE_BYTES,
  ) {}

  /**
   * Processes received bytes, which the caller may overwrite afterwards.
   *
   * @throws Error when the bytes violate PostgreSQL's protocol, or the error of `onMessages`; do not push again then
   */
  push(bytes: Buffer): void {
    let chunk = this.partialHeader === undefined ? bytes : Buffer.concat([this.partialHeader, bytes]);
    this.partialHeader = undefined;
    if (this.partial !== undefined) chunk = chunk.subarray(this.fill(this.partial, chunk));
    const end = endOfMessages(chunk);
    if (end > 0) this.handlers.onMessages(chunk.subarray(0, end));
    if (end < chunk.length) this.beginPartial(chunk.subarray(end));
  }

  /** Adds to the incomplete message; returns the number of bytes that belong to it. */
  private fill(partial: PartialMessage, chunk: Buffer): number {
    const used = partial.add(chunk);
    if (partial.missing > 0) return used;
    this.partial = undefined;
    const { message, hasOversized } = partial;
    if (hasOversized) this.handlers.onOversized();
    if (message !== undefined) {
      this.handlers.onMessages(message);
      // pg has copied the values into strings. Detaching frees the buffer now, not at the next garbage collection.
      (message.buffer as ArrayBuffer).transfer(0);
    }
    return used;
  }

  private beginPartial(start: Buffer): void {
    if (start.length < HEADER_BYTES) {
      this.partialHeader = Buffer.from(start);
      return;
    }
    const length = messageLength(start, 0);
    const isRow = start[0] === DATA_ROW;
    if (isRow && !this.handlers.wantsRow(length)) this.partial = new SkippedMessage(length);
    else if (isRow && length > this.maxValueBytes) this.partial = new LongRow(length, this.maxValueBytes);
    else this.partial = new LongMessage(length);
    this.partial.add(start);
  }
}

/** A message that arrives in several reads. */
interface PartialMessage {
  /** Number of bytes that have not arrived. */
  readonly missing: number;
  /** Consumes at most the missing bytes of the chunk; returns the number consumed. */
  add(chunk: Buffer): number;
  /** The complete message, once no bytes are missing; undefined if it is skipped. */
  readonly message: Buffer | undefined;
  readonly hasOversized: boolean;
}

class SkippedMessage implements PartialMessage {
  readonly message = undefined;
  readonly hasOversized = false;

  constructor(public missing: number) {}

  add(chunk: Buffer): number {
    const used = Math.min(chunk.length, this.missing);
    this.missing -= used;
    return used;
  }
}

class LongMessage implements PartialMessage {
  readonly message: Buffer;
  readonly hasOversized = false;

  constructor(public missing: number) {
    this.message = Buffer.allocUnsafeSlow(missing);
  }

  add(chunk: Buffer): number {
    const used = chunk.copy(this.message, this.message.length - this.missing);
    this.missing -= used;
    return used;
  }
}

/**
 * A row that may contain values longer than the limit, which are replaced with OVERSIZED. Replaced bytes take no
 * memory: they are dropped on arrival, and the kernel allocates no pages for the unwritten part of a large buffer.
 */
class LongRow implements PartialMessage {
  hasOversized = false;
  private readonly row: Buffer;
  private filled = 0;
  /** Bytes still to be copied or skipped: of the current value, at first of the header and the column count. */
  private copying = HEADER_BYTES + 2;
  private skipping = 0;
  /** The length field of the next value, as far as it has arrived. */
  private readonly length = Buffer.alloc(4);
  private lengthBytes = 0;

  constructor(
    public missing: number,
    private readonly maxValueBytes: number,
  ) {
    this.row = Buffer.allocUnsafeSlow(missing);
  }

  /** @throws Error when the row ends within a value */
  get message(): Buffer {
    if (this.copying + this.skipping + this.lengthBytes > 0)
      throw new Error('a PostgreSQL DataRow message ends within a value');
    this.row.writeUInt32BE(this.filled - 1, 1);
    return this.row.subarray(0, this.filled);
  }

  add(chunk: Buffer): number {
    const total = Math.min(chunk.length, this.missing);
    let used = 0;
    while (used < total) used += this.addPart(chunk.subarray(used, total));
    this.missing -= total;
    return total;
  }

  private addPart(part: Buffer): number {
    if (this.skipping > 0) {
      const skipped = Math.min(part.length, this.skipping);
      this.skipping -= skipped;
      return skipped;
    }
    if (this.copying > 0) {
      const copied = part.copy(this.row, this.filled, 0, this.copying);
      this.filled += copied;
      this.copying -= copied;
      return copied;
    }
    const copied = part.copy(this.length, this.lengthBytes);
    this.lengthBytes += copied;
    if (this.lengthBytes === this.length.length) this.beginValue(this.length.readInt32BE(0));
    return copied;
  }

  /** @param length -1 for null */
  private beginValue(length: number): void {
    this.lengthBytes = 0;
    if (length > this.maxValueBytes) {
      this.hasOversized = true;
      this.skipping = length;
      this.filled = this.row.writeInt32BE(1, this.filled);
      this.filled = this.row.writeUInt8(OVERSIZED.charCodeAt(0), this.filled);
    } else {
      this.copying = Math.max(length, 0);
      this.filled = this.row.writeInt32BE(length, this.filled);
    }
  }
}

/** The index after the last whole message of a chunk. */
function endOfMessages(chunk: Buffer): number {
  let end = 0;
  while (chunk.length - end >= HEADER_BYTES) {
    const next = end + messageLength(chunk, end);
    if (next > chunk.length) break;
    end = next;
  }
  return end;
}

/** Length of the message at `start`, including the type byte. @throws Error when PostgreSQL cannot send such a message */
function messageLength(chunk: Buffer, start: number): number {
  const type = chunk[start] as number;
  const length = chunk.readUInt32BE(start + 1);
  const limit = LONG_TYPES.has(type) ? MAX_MESSAGE_BYTES : MAX_SHORT_MESSAGE_BYTES;
  if (!KNOWN_TYPES.has(type) || length < 4 || length > limit) {
    throw new Error(
      `the server does not speak PostgreSQL's protocol: no message has type byte ${type} and ${length} bytes`,
    );
  }
  return 1 + length;
}

function typesOf(letters: string): ReadonlySet<number> {
  return new Set(Array.from(letters, typeOf));
}

function typeOf(letter: string): number {
  return letter.charCodeAt(0);
}
