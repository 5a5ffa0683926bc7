import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const INTERVAL_MS = 20;

/**
 * Reads a paused socket at this pace on average until it closes, or the test ends: what a late timer has missed is read
 * with the next one. Returns how many bytes have come so far.
 */
export function readAtPace(socket: Socket, bytesPerSecond: number): () => number {
  const start = performance.now();
  let received = 0;
  const reading = setInterval(() => {
    const due = ((performance.now() - start) / 1_000) * bytesPerSecond;
    while (received < due) {
      // Zero bytes ask for more where none have come.
      const bytes: Buffer | null = socket.read(Math.min(Math.ceil(due - received), socket.readableLength));
      if (bytes === null || bytes.length === 0) break;
      received += bytes.length;
    }
  }, INTERVAL_MS);
  socket.once('close', () => clearInterval(reading));
  onTestFinished(() => clearInterval(reading));
  return () => received;
}
