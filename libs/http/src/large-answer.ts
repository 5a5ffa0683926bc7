import type { ServerResponse } from 'node:http';
import { type Holder, Room } from './room.js';

/** How many times the largest request body large answers may take up together. */
const BODIES = 8;

/** Nobody can have read a large answer at once: so long it need not make room. In milliseconds. */
const GRACE_MS = 1_000;

/** What an answer takes up stays in memory until its client has read it: many who do not read would fill it. */
export function roomForAnswers(bodyLimitBytes: number): Room {
  return new Room(BODIES * bodyLimitBytes);
}

/**
 * A large answer on its way to its client. Where the room is short its connection may be cut: what one who reads on would
 * get is a read that may be sent again.
 */
export class LargeAnswer implements Holder {
  private readonly since = performance.now();
  private readonly writtenBefore: number;
  private readonly taken: number;

  constructor(
    private readonly answer: ServerResponse,
    length: number,
    private readonly room: Room,
  ) {
    this.writtenBefore = this.written;
    // The largest of all must not have to go whenever another one comes.
    this.taken = Math.min(length, room.bytes / 2);
    answer.once('close', this.giveBack);
    room.take(this, this.taken);
  }

  get pace(): number {
    const ms = performance.now() - this.since;
    return ms < GRACE_MS ? Number.POSITIVE_INFINITY : (this.written - this.writtenBefore) / ms;
  }

  makeRoom(): void {
    this.giveBack();
    this.answer.socket?.resetAndDestroy();
  }

  private get written(): number {
    return this.answer.socket?.bytesWritten ?? 0;
  }

  private readonly giveBack = (): void => {
    this.room.giveBack(this, this.taken);
  };
}
