/** Something on its way that takes up memory until it has arrived. */
export interface Holder {
  /** Bytes a millisecond at which it goes on, as far as is known; infinite for one that is not to make room. */
  pace(): number;
  /** Ends it and gives back, before it returns, what it holds. */
  makeRoom(): void;
}

/**
 * Memory that is shared by what is on its way. Who takes more than is left makes the slowest go, where anybody is slow:
 * those who come to an end soon need the room for a moment only, and those who never do lose it first.
 */
export class Room {
  private readonly holders = new Set<Holder>();
  private taken = 0;

  /** @param bytes in all */
  constructor(readonly bytes: number) {}

  /**
   * Takes so many bytes, more than a holder has already. Perhaps it is the slowest itself.
   *
   * @returns false where nobody has to make room: then the holder has nothing
   */
  take(holder: Holder, bytes: number): boolean {
    this.holders.add(holder);
    this.taken += bytes;
    while (this.taken > this.bytes) {
      const slowest = this.slowest();
      if (slowest === undefined) {
        this.giveBack(holder, bytes);
        return false;
      }
      slowest.makeRoom();
    }
    return true;
  }

  /** Gives back all that a holder took. */
  giveBack(holder: Holder, bytes: number): void {
    if (this.holders.delete(holder)) this.taken -= bytes;
  }

  private slowest(): Holder | undefined {
    let slowest: Holder | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const holder of this.holders) {
      const pace = holder.pace();
      if (pace >= least) continue;
      slowest = holder;
      least = pace;
    }
    return slowest;
  }
}
