import { describe, expect, it } from 'vitest';
import { MessageFramer, OVERSIZED } from './message-framer.js';

const MAX_VALUE_BYTES = 100_000;
/** Size of the largest read from a socket. */
const READ_BYTES = 65_536;

interface Received {
  /** Copies of the bytes that each call of `onMessages` received. */
  readonly chunks: Buffer[];
  /** Number of rows in which a value was replaced. */
  oversized: number;
}

/** Passes bytes to a framer in pieces of one size; rows of length `unwanted` are rejected. Returns the framer's output. */
function receive(bytes: Buffer, pieceBytes = READ_BYTES, unwanted?: number): Received {
  const received: Received = { chunks: [], oversized: 0 };
  const framer = new MessageFramer(
    {
      onMessages: (whole) => void received.chunks.push(Buffer.from(whole)),
      onOversized: () => {
        received.oversized++;
      },
      wantsRow: (length) => length !== unwanted,
    },
    MAX_VALUE_BYTES,
  );
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    // Overwrites the piece after the call, as a socket that reuses its buffer does.
    const piece = Buffer.from(bytes.subarray(start, start + pieceBytes));
    framer.push(piece);
    piece.fill(0xff);
  }
  return received;
}

function message(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(5, type);
  header.writeUInt32BE(4 + content.length, 1);
  return Buffer.concat([header, content]);
}

function row(...values: (string | null)[]): Buffer {
  const parts = values.map((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : value.length);
    return Buffer.concat([length, Buffer.from(value ?? '')]);
  });
  const count = Buffer.alloc(2);
  count.writeInt16BE(values.length);
  return message('D', Buffer.concat([count, ...parts]));
}

describe('MessageFramer', () => {
  const messages = Buffer.concat([
    message('2', Buffer.alloc(0)),
    row('a', null, ''),
    message('C', Buffer.from('SELECT 1\0')),
    row('x'.repeat(300)),
    message('Z', Buffer.from('I')),
  ]);

  it('emits only whole messages, wherever the stream is split', () => {
    for (let piece = 1; piece <= messages.length; piece++) {
      const { chunks } = receive(messages, piece);
      expect(Buffer.concat(chunks).equals(messages)).toBe(true);
      for (const chunk of chunks) {
        let end = 0;
        while (end < chunk.length) end += 1 + chunk.readUInt32BE(end + 1);
        expect(end).toBe(chunk.length);
      }
    }
  });

  it('emits messages that are shorter than, as long as, or longer than a read from the socket', () => {
    const sizes = [0, 1, 65_530, 65_531, 65_532, 65_536, 0, 300_000, 9];
    const all = Buffer.concat(sizes.map((size) => message('d', Buffer.alloc(size))));
    for (const piece of [1_000, READ_BYTES - 1, READ_BYTES]) {
      expect(Buffer.concat(receive(all, piece).chunks).equals(all)).toBe(true);
    }
  });

  it('replaces only the values that are longer than the limit', () => {
    const longest = 'y'.repeat(MAX_VALUE_BYTES);
    const stream = Buffer.concat([row('a', `${longest}y`, null, longest, `${longest}yy`, 'b'), messages]);
    const { chunks, oversized } = receive(stream);
    expect(oversized).toBe(1);
    expect(
      Buffer.concat(chunks).equals(Buffer.concat([row('a', OVERSIZED, null, longest, OVERSIZED, 'b'), messages])),
    ).toBe(true);
  });

  it('does not change a long row whose values are all within the limit', () => {
    const long = row('y'.repeat(MAX_VALUE_BYTES), null, 'y'.repeat(MAX_VALUE_BYTES));
    const { chunks, oversized } = receive(long);
    expect(oversized).toBe(0);
    expect(Buffer.concat(chunks).equals(long)).toBe(true);
  });

  it('skips a long row that wantsRow rejects, wherever the stream is split', () => {
    const long = row('y'.repeat(2 * READ_BYTES), 'z'.repeat(2 * MAX_VALUE_BYTES));
    for (const piece of [1_000, READ_BYTES - 1, READ_BYTES]) {
      const { chunks, oversized } = receive(Buffer.concat([messages, long, messages]), piece, long.length);
      expect(oversized).toBe(0);
      expect(Buffer.concat(chunks).equals(Buffer.concat([messages, messages]))).toBe(true);
    }
  });

  it('replaces long values wherever the stream is split', () => {
    const long = row(null, 'y'.repeat(MAX_VALUE_BYTES + 1), 'a', null);
    for (let piece = 7; piece < 60; piece++) {
      expect(Buffer.concat(receive(long, piece).chunks).equals(row(null, OVERSIZED, 'a', null))).toBe(true);
    }
  });

  it.each([
    ['an HTTP response', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an unknown type', message('?', Buffer.alloc(1))],
    ['a length smaller than the length field', Buffer.from('Z\0\0\0\x03')],
    ['a message longer than PostgreSQL can send', Buffer.from('D\x7f\xff\xff\xff')],
    ['a CommandComplete of a megabyte', Buffer.from('C\0\x10\0\0')],
  ])('rejects bytes that are no PostgreSQL message: %s', (_, bytes) => {
    expect(() => receive(bytes)).toThrow('the server does not speak PostgreSQL');
  });

  it('rejects a row that ends within a value', () => {
    const broken = row('y'.repeat(2 * MAX_VALUE_BYTES));
    broken.writeInt32BE(3 * MAX_VALUE_BYTES, 7);
    expect(() => receive(broken)).toThrow('a PostgreSQL DataRow message ends within a value');
  });
});
