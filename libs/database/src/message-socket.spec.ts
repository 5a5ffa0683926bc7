import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messageSocket } from './message-socket.js';

let server: Server;
let sending: (peer: Socket) => Promise<void>;

beforeAll(async () => {
  server = createServer({ noDelay: true }, (peer) => void sending(peer));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

function message(content: number): Buffer {
  const whole = Buffer.alloc(5 + content, 'x');
  whole.writeUInt32BE(4 + content, 1);
  return whole;
}

/** What a client receives, once the server has closed. */
async function received(): Promise<Buffer[]> {
  const socket = messageSocket().connect((server.address() as AddressInfo).port, '127.0.0.1');
  const chunks: Buffer[] = [];
  // The bytes are only valid during the event, as pg reads them.
  socket.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  socket.on('error', () => undefined);
  await new Promise((closed) => socket.on('close', closed));
  return chunks;
}

it.each([1, 2, 3, 7, 1_000, 65_536, 200_000])('hands on whole messages from pieces of %i bytes', async (piece) => {
  const messages = [0, 1, 3, 40, 65_531, 0, 65_536, 300_000, 9].map((content) =>
    message(piece < 100 ? content % 97 : content),
  );
  const all = Buffer.concat(messages);
  sending = async (peer) => {
    for (let start = 0; start < all.length; start += piece) {
      await new Promise((sent) => peer.write(all.subarray(start, start + piece), sent));
    }
    peer.end();
  };
  const chunks = await received();
  expect(Buffer.concat(chunks).equals(all)).toBe(true);
  for (const chunk of chunks) {
    let end = 0;
    while (end < chunk.length) end += 1 + chunk.readUInt32BE(end + 1);
    expect(end).toBe(chunk.length);
  }
});

it('leaves a server that announces an impossible message', async () => {
  sending = async (peer) => void peer.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  expect(await received()).toEqual([]);
});
