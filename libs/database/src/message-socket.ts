import { Socket } from 'node:net';

/** Type byte and length of every message that PostgreSQL sends; the length counts itself. */
const HEADER = 5;

/** PostgreSQL sends no longer message; whoever announces one is none. */
const LONGEST = 2 ** 30;

const READ_BUFFER = 65_536;

/**
 * A socket to PostgreSQL that hands on whole messages. Node would allocate a buffer for each read, and pg one of twice
 * the size each time that a message does not fit: several times the size of a large run. Here all reads share one
 * buffer, and a message that is longer than a read is put together in one of exactly its size.
 */
export function messageSocket(): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER);
  const whole = new WholeMessages(
    (messages) => socket.emit('data', messages),
    (error) => socket.destroy(error),
  );
  const callback = (length: number) => {
    whole.push(buffer.subarray(0, length));
    return true;
  };
  // Node takes `onread` here as it does in `connect`, only its types do not say so.
  const socket: Socket = new Socket({ onread: { buffer, callback } } as object);
  return socket;
}

class WholeMessages {
  /** A message that has begun: `begun.length` is its full length, `have` how much of it there is. */
  private begun: Buffer | undefined;
  private have = 0;
  /** Less than a header. */
  private rest: Buffer | undefined;

  constructor(
    private readonly emit: (messages: Buffer) => void,
    private readonly refuse: (error: Error) => void,
  ) {}

  /** Takes bytes that are only valid during the call. */
  push(bytes: Buffer): void {
    let chunk = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = undefined;
    if (this.begun !== undefined) chunk = chunk.subarray(this.continue(this.begun, chunk));
    const end = endOfMessages(chunk);
    if (end > 0) this.emit(chunk.subarray(0, end));
    if (end < chunk.length) this.keep(chunk.subarray(end));
  }

  /** Adds to the message that has begun; returns how many bytes belonged to it. */
  private continue(begun: Buffer, chunk: Buffer): number {
    const used = chunk.copy(begun, this.have);
    this.have += used;
    if (this.have < begun.length) return used;
    this.begun = undefined;
    this.emit(begun);
    return used;
  }

  private keep(start: Buffer): void {
    if (start.length < HEADER) {
      this.rest = Buffer.from(start);
      return;
    }
    const length = lengthAt(start, 0);
    if (length > LONGEST) {
      this.refuse(new Error('The server does not speak the protocol of PostgreSQL'));
      return;
    }
    this.begun = Buffer.allocUnsafeSlow(length);
    this.have = start.copy(this.begun);
  }
}

/** Where the last whole message ends. */
function endOfMessages(chunk: Buffer): number {
  let end = 0;
  while (chunk.length - end >= HEADER) {
    const next = end + lengthAt(chunk, end);
    if (next > chunk.length) break;
    end = next;
  }
  return end;
}

function lengthAt(chunk: Buffer, start: number): number {
  return 1 + chunk.readUInt32BE(start + 1);
}
