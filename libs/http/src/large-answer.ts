import type { ServerResponse } from 'node:http';
import { type Holder, Room } from './room.js';

/** How many times the largest request body large answers may take up together. */
const BODIES = 8;

/** Nobody can have read a large answer at once: it is looked at no more often than this. In milliseconds. */
const LOOK_MS = 500;
/** A pace over so long needs no second look, in milliseconds. */
const LONG_MS = 2_000;
/** Who reads so much goes on for good, whatever others need. In bytes a millisecond. */
const READS_ON = 64;

/** What an answer takes up stays in memory until its client has read it: many who do not read would fill it. */
export function roomForAnswers(bodyLimitBytes: number): Room {
  return new Room(BODIES * bodyLimitBytes);
}

/**
 * A large answer on its way to its client. Where the room is short its connection is cut if the client reads next to
 * nothing of it. Who reads on is not disturbed: then it is the next one that has to be told to come again.
 */
export class LargeAnswer implements Holder {
  private lookedAt = performance.now();
  private writtenThen: number;
  /** At the last two looks. One alone may only tell that this process was busy. */
  private paces: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

  /** Takes room for an answer of `length` bytes, until it is sent; false where there is none. */
  static takeRoom(answer: ServerResponse, length: number, room: Room): boolean {
    // Its client went while the answer was made, or was told 504.
    if (answer.closed || answer.writableEnded) return true;
    // The largest of all must not have to go whenever another one comes.
    const large = new LargeAnswer(answer, Math.min(length, room.bytes / 2), room);
    const hasRoom = room.take(large, large.taken);
    if (hasRoom) answer.once('close', large.giveBack);
    return hasRoom;
  }

  private constructor(
    private readonly answer: ServerResponse,
    private readonly taken: number,
    private readonly room: Room,
  ) {
    this.writtenThen = this.written;
  }

  pace(): number {
    const now = performance.now();
    const ms = now - this.lookedAt;
    if (ms >= LOOK_MS) {
      const pace = (this.written - this.writtenThen) / ms;
      this.paces = [ms >= LONG_MS ? pace : this.paces[1], pace];
      this.lookedAt = now;
      this.writtenThen = this.written;
    }
    const pace = Math.max(...this.paces);
    return pace < READS_ON ? pace : Number.POSITIVE_INFINITY;
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
