import { describe, expect, it } from 'vitest';
import { MessageFramer, OVERSIZED } from './message-framer.js';

const MAX_VALUE_BYTES = 100_000;
/** The largest read from a socket. */
const READ_BYTES = 65_536;

interface Received {
  /** Each call's bytes. */
  readonly chunks: Buffer[];
  /** Number of rows in which a value was replaced. */
  oversized: number;
}

/** What a framer hands on of bytes that come in pieces of one size, when no row of the length `unwanted` is wanted. */
function receive(bytes: Buffer, pieceBytes = READ_BYTES, unwanted?: number): Received {
  const received: Received = { chunks: [], oversized: 0 };
  const framer = new MessageFramer(
    {
      onMessages: (messages) => void received.chunks.push(Buffer.from(messages)),
      onOversized: () => {
        received.oversized++;
      },
      wantsRow: (length) => length !== unwanted,
    },
    MAX_VALUE_BYTES,
  );
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    // Overwritten after the call, as the buffer of a socket is.
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
  const some = Buffer.concat([
    message('2', Buffer.alloc(0)),
    row('a', null, ''),
    message('C', Buffer.from('SELECT 1\0')),
    row('x'.repeat(300)),
    message('Z', Buffer.from('I')),
  ]);

  it('hands on nothing but whole messages, wherever the stream is cut', () => {
    for (let piece = 1; piece <= some.length; piece++) {
      const { chunks } = receive(some, piece);
      expect(Buffer.concat(chunks).equals(some)).toBe(true);
      for (const chunk of chunks) {
        let end = 0;
        while (end < chunk.length) end += 1 + chunk.readUInt32BE(end + 1);
        expect(end).toBe(chunk.length);
      }
    }
  });

  it('hands on messages of all sizes around that of a read', () => {
    const sizes = [0, 1, 65_530, 65_531, 65_532, 65_536, 0, 300_000, 9];
    const all = Buffer.concat(sizes.map((size) => message('d', Buffer.alloc(size))));
    for (const piece of [1_000, READ_BYTES - 1, READ_BYTES]) {
      expect(Buffer.concat(receive(all, piece).chunks).equals(all)).toBe(true);
    }
  });

  it('replaces only the values that are longer than the limit', () => {
    const longest = 'y'.repeat(MAX_VALUE_BYTES);
    const stream = Buffer.concat([row('a', `${longest}y`, null, longest, `${longest}yy`, 'b'), some]);
    const { chunks, oversized } = receive(stream);
    expect(oversized).toBe(1);
    expect(
      Buffer.concat(chunks).equals(Buffer.concat([row('a', OVERSIZED, null, longest, OVERSIZED, 'b'), some])),
    ).toBe(true);
  });

  it('leaves a row alone that is long, but has no value longer than the limit', () => {
    const long = row('y'.repeat(MAX_VALUE_BYTES), null, 'y'.repeat(MAX_VALUE_BYTES));
    const { chunks, oversized } = receive(long);
    expect(oversized).toBe(0);
    expect(Buffer.concat(chunks).equals(long)).toBe(true);
  });

  it('leaves out a long row that is not wanted, wherever the stream is cut', () => {
    const long = row('y'.repeat(2 * READ_BYTES), 'z'.repeat(2 * MAX_VALUE_BYTES));
    for (const piece of [1_000, READ_BYTES - 1, READ_BYTES]) {
      const { chunks, oversized } = receive(Buffer.concat([some, long, some]), piece, long.length);
      expect(oversized).toBe(0);
      expect(Buffer.concat(chunks).equals(Buffer.concat([some, some]))).toBe(true);
    }
  });

  it('replaces long values wherever the stream is cut', () => {
    const long = row(null, 'y'.repeat(MAX_VALUE_BYTES + 1), 'a', null);
    for (let piece = 7; piece < 60; piece++) {
      expect(Buffer.concat(receive(long, piece).chunks).equals(row(null, OVERSIZED, 'a', null))).toBe(true);
    }
  });

  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an unknown type', message('?', Buffer.alloc(1))],
    ['a length less than its own', Buffer.from('Z\0\0\0\x03')],
    ['a message longer than PostgreSQL makes it', Buffer.from('D\x7f\xff\xff\xff')],
    ['an end of statement of a megabyte', Buffer.from('C\0\x10\0\0')],
  ])('refuses %s', (_, bytes) => {
    expect(() => receive(bytes)).toThrow('no PostgreSQL message has type');
  });

  it('refuses a row that is shorter than its values', () => {
    const broken = row('y'.repeat(2 * MAX_VALUE_BYTES));
    broken.writeInt32BE(3 * MAX_VALUE_BYTES, 7);
    expect(() => receive(broken)).toThrow('a row is shorter than its values');
  });
});
