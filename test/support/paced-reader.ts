import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const INTERVAL_MS = 20;

/**
 * Reads a paused socket at this average rate until it closes or the test ends. A delayed timer reads more to catch up.
 * Returns a function that returns the number of bytes read so far.
 */
export function readAtRate(socket: Socket, bytesPerSecond: number): () => number {
  const start = performance.now();
  let received = 0;
  const reading = setInterval(() => {
    const due = ((performance.now() - start) / 1_000) * bytesPerSecond;
    while (received < due) {
      // `read(0)` makes the stream fill an empty buffer.
      const bytes: Buffer | null = socket.read(Math.min(Math.ceil(due - received), socket.readableLength));
      if (bytes === null || bytes.length === 0) break;
      received += bytes.length;
    }
  }, INTERVAL_MS);
  socket.once('close', () => clearInterval(reading));
  onTestFinished(() => clearInterval(reading));
  return () => received;
}
