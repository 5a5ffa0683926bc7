/** Type byte and length of every message that PostgreSQL sends; the length counts itself, but not the type byte. */
const HEADER_BYTES = 5;

/** PostgreSQL builds each message in a buffer of less than 1 GiB (MaxAllocSize), so a longer one is not PostgreSQL's. */
const MAX_MESSAGE_BYTES = 2 ** 30;

/**
 * Only these types may be longer than 30,000 bytes, as in libpq (VALID_LONG_MESSAGE_TYPE): whatever else a server sends,
 * such as HTTP, is soon found out.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/interfaces/libpq/fe-protocol3.c
 */
const LONG_TYPES = typesOf('ADENTdt');
const MAX_SHORT_MESSAGE_BYTES = 30_000;

/** The types that pg's parser knows. It would report an unknown one as a failed statement and go on reading. */
const KNOWN_TYPES = typesOf('123ACDEGHIKNRSTWZcdnst');

const DATA_ROW = typeOf('D');

/**
 * The longest stored value that is decoded, 200 MiB. JavaScript has no string of more than 536,870,888 characters, and
 * looking through a longer one would hold the event loop for more than 250 ms. PostgreSQL stores 256 MB of jsonb at most.
 */
export const MAX_VALUE_BYTES = 209_715_200;

/** Stands for a value that is longer than the limit. No text in PostgreSQL holds this character. */
export const OVERSIZED = '\0';

/** Callbacks of a MessageFramer. */
export interface MessageHandlers {
  /** Takes one or more whole messages; the bytes are only valid during the call. */
  onMessages(messages: Buffer): void;
  /** Called before `onMessages` gets a row in which OVERSIZED stands for a longer value. */
  onOversized(): void;
  /** False when a row of so many bytes, longer than a read, is to be left out. */
  wantsRow(bytes: number): boolean;
}

/**
 * Cuts the byte stream of a PostgreSQL server into messages, so that pg's parser only sees whole ones. The parser itself
 * doubles its buffer each time a message does not fit, which takes several times the size of a large row. Here a message
 * that is longer than a read is collected in one buffer of exactly its size, and a row that is not wanted in none.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class MessageFramer {
  /** The message that is not complete yet. */
  private partial: PartialMessage | undefined;
  /** The start of a message, less than a header. */
  private partialHeader: Buffer | undefined;

  /** @param maxValueBytes longest value of a row; at least the size of a read (64 KiB) */
  constructor(
    private readonly handlers: MessageHandlers,
    private readonly maxValueBytes = MAX_VALUE_BYTES,
  ) {}

  /**
   * Takes bytes, which may be overwritten after the call.
   *
   * @throws Error when the bytes are not PostgreSQL's protocol, or whatever `onMessages` throws; the stream cannot be
   *   read any further then
   */
  push(bytes: Buffer): void {
    let chunk = this.partialHeader === undefined ? bytes : Buffer.concat([this.partialHeader, bytes]);
    this.partialHeader = undefined;
    if (this.partial !== undefined) chunk = chunk.subarray(this.fill(this.partial, chunk));
    const end = endOfMessages(chunk);
    if (end > 0) this.handlers.onMessages(chunk.subarray(0, end));
    if (end < chunk.length) this.beginPartial(chunk.subarray(end));
  }

  /** Adds to the incomplete message; returns how many bytes belonged to it. */
  private fill(partial: PartialMessage, chunk: Buffer): number {
    const used = partial.add(chunk);
    if (partial.missing > 0) return used;
    this.partial = undefined;
    const { message, hasOversized } = partial;
    if (hasOversized) this.handlers.onOversized();
    if (message !== undefined) {
      this.handlers.onMessages(message);
      // pg has made strings of it. This frees the memory now instead of at the next garbage collection.
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

/** A message that comes in several reads. */
interface PartialMessage {
  /** Bytes that have not come yet. */
  readonly missing: number;
  /** Takes the next bytes, as many as are missing; returns how many. */
  add(chunk: Buffer): number;
  /** When nothing is missing: the message, undefined where it is left out. */
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
 * A row that may hold values which are longer than the limit: OVERSIZED is put in the place of each. They are left out as they
 * arrive, so that they take no memory: what is not written of a large buffer the system never provides.
 */
class LongRow implements PartialMessage {
  hasOversized = false;
  private readonly row: Buffer;
  private filled = 0;
  /** Bytes of the value, or of what stands before the first one, that are still to be copied or left out. */
  private copying = HEADER_BYTES + 2;
  private skipping = 0;
  /** The length of the next value, as far as it has come. */
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
    if (this.copying + this.skipping + this.lengthBytes > 0) throw new Error('a row is shorter than its values');
    this.row.writeUInt32BE(this.filled - 1, 1);
    return this.row.subarray(0, this.filled);
  }

  add(chunk: Buffer): number {
    const all = Math.min(chunk.length, this.missing);
    let used = 0;
    while (used < all) used += this.addPart(chunk.subarray(used, all));
    this.missing -= all;
    return all;
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

/** Where the last whole message ends. */
function endOfMessages(chunk: Buffer): number {
  let end = 0;
  while (chunk.length - end >= HEADER_BYTES) {
    const next = end + messageLength(chunk, end);
    if (next > chunk.length) break;
    end = next;
  }
  return end;
}

/** Length of the message that begins at `start`, type byte included. @throws Error when PostgreSQL would not send it */
function messageLength(chunk: Buffer, start: number): number {
  const type = chunk[start] as number;
  const length = chunk.readUInt32BE(start + 1);
  const limit = LONG_TYPES.has(type) ? MAX_MESSAGE_BYTES : MAX_SHORT_MESSAGE_BYTES;
  if (!KNOWN_TYPES.has(type) || length < 4 || length > limit) {
    throw new Error(`no PostgreSQL message has type ${type} and ${length} bytes`);
  }
  return 1 + length;
}

function typesOf(letters: string): ReadonlySet<number> {
  return new Set(Array.from(letters, typeOf));
}

function typeOf(letter: string): number {
  return letter.charCodeAt(0);
}
