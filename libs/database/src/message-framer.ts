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

/**
 * Cuts the byte stream of a PostgreSQL server into messages, so that pg's parser only sees whole ones. The parser itself
 * doubles its buffer each time a message does not fit, which takes several times the size of a large row. Here a message
 * that is longer than a read is collected in one buffer of exactly its size.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class MessageFramer {
  /** An incomplete message: `partial.length` is its full length, `filled` the bytes that are there. */
  private partial: Buffer | undefined;
  private filled = 0;
  /** The start of a message, less than a header. */
  private rest: Buffer | undefined;

  /**
   * @param onMessages takes one or more whole messages; the bytes are only valid during the call
   * @param onOversized called before `onMessages` gets a row in which OVERSIZED stands for a longer value
   * @param maxValueBytes longest value of a row; at least the size of a read (64 KiB)
   */
  constructor(
    private readonly onMessages: (messages: Buffer) => void,
    private readonly onOversized: () => void,
    private readonly maxValueBytes = MAX_VALUE_BYTES,
  ) {}

  /**
   * Takes bytes, which may be overwritten after the call.
   *
   * @throws Error when the bytes are not PostgreSQL's protocol, or whatever `onMessages` throws; the stream cannot be
   *   read any further then
   */
  push(bytes: Buffer): void {
    let chunk = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = undefined;
    if (this.partial !== undefined) chunk = chunk.subarray(this.fill(this.partial, chunk));
    const end = endOfMessages(chunk);
    if (end > 0) this.onMessages(chunk.subarray(0, end));
    if (end < chunk.length) this.keep(chunk.subarray(end));
  }

  /** Adds to the incomplete message; returns how many bytes belonged to it. */
  private fill(partial: Buffer, chunk: Buffer): number {
    const used = chunk.copy(partial, this.filled);
    this.filled += used;
    if (this.filled < partial.length) return used;
    this.partial = undefined;
    if (partial[0] === DATA_ROW && partial.length > this.maxValueBytes) this.handOnLongRow(partial);
    else this.onMessages(partial);
    return used;
  }

  private keep(start: Buffer): void {
    if (start.length < HEADER_BYTES) {
      this.rest = Buffer.from(start);
      return;
    }
    this.partial = Buffer.allocUnsafeSlow(messageLength(start, 0));
    this.filled = start.copy(this.partial);
  }

  private handOnLongRow(message: Buffer): void {
    const row = replaceOversized(message, this.maxValueBytes);
    if (row.length < message.length) this.onOversized();
    this.onMessages(row);
    // pg has made strings of it. This frees up to a gigabyte now instead of at the next garbage collection.
    (message.buffer as ArrayBuffer).transfer(0);
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

/**
 * Puts OVERSIZED in the place of each longer value of a DataRow message. The message is overwritten instead of copied: it
 * can take a gigabyte.
 */
function replaceOversized(row: Buffer, maxValueBytes: number): Buffer {
  const count = row.readUInt16BE(HEADER_BYTES);
  let from = HEADER_BYTES + 2;
  let to = from;
  for (let index = 0; index < count; index++) {
    // Null is written as length -1.
    const length = row.readInt32BE(from);
    const end = from + 4 + Math.max(length, 0);
    if (end > row.length) throw new Error('a row is shorter than its values');
    if (length > maxValueBytes) {
      to = row.writeInt32BE(1, to);
      to = row.writeUInt8(OVERSIZED.charCodeAt(0), to);
    } else {
      row.copyWithin(to, from, end);
      to += end - from;
    }
    from = end;
  }
  row.writeUInt32BE(to - 1, 1);
  return row.subarray(0, to);
}

function typesOf(letters: string): ReadonlySet<number> {
  return new Set(Array.from(letters, typeOf));
}

function typeOf(letter: string): number {
  return letter.charCodeAt(0);
}
