import type { Deadline } from './deadline.js';

/** Purpose of a reservation; label of the refusals metric. */
export type MemoryUse = 'body' | 'rows' | 'change' | 'response';

/** The process has no memory left for this. Worth trying again later. */
export class MemoryBudgetFull extends Error {
  constructor(readonly use: MemoryUse) {
    super('The memory budget is used up');
  }
}

/** Limits of the work for one request: time and memory. */
export interface WorkLimits {
  readonly deadline: Deadline;
  readonly memory: Reservation;
}

/**
 * So much of each request is not counted, in bytes: small requests are served while large ones use up the budget. Less of a
 * body, since a client can send it as slowly as it likes; a response of this size is taken by the kernel at once.
 */
const UNCOUNTED_BYTES: Record<MemoryUse, number> = { body: 16_384, rows: 131_072, change: 0, response: 131_072 };

/** Changes are made while others use up the budget: they may hold so much more of it. No more run than a pool has connections. */
const CHANGE_SHARE = 1 / 8;

const NOTHING: Readonly<Record<MemoryUse, number>> = { body: 0, rows: 0, change: 0, response: 0 };

/**
 * The memory that all requests of a process may hold together: bodies, rows that were read, and responses until the kernel
 * has taken them. Nothing waits for memory: a request gets it or is refused, and so none can wait for another.
 */
export class MemoryBudget {
  /** Number of refusals by purpose. */
  readonly refusals: Record<MemoryUse, number> = { ...NOTHING };
  private held = 0;
  /** The one request whose memory is counted as half of the budget though it holds more. */
  private largest: Reservation | undefined;
  private refusedAt = Number.NEGATIVE_INFINITY;

  /** @param limit in all */
  constructor(readonly limit: number) {}

  /** Bytes that are held at the moment. */
  get used(): number {
    return this.held;
  }

  /** True when memory was refused in the last `ms` milliseconds. */
  hasRefusedWithin(ms: number): boolean {
    return performance.now() - this.refusedAt < ms;
  }

  /** For one request; holds nothing yet. */
  reservation(): Reservation {
    return new Reservation(this);
  }

  /**
   * @internal for Reservation
   *
   * @returns what is counted from now on
   * @throws MemoryBudgetFull
   */
  adjust(reservation: Reservation, before: number, wanted: number, use: MemoryUse): number {
    const half = this.limit / 2;
    const isLargest = wanted > half;
    const counted = Math.min(wanted, half);
    const limit = use === 'change' ? this.limit * (1 + CHANGE_SHARE) : this.limit;
    const isTaken = isLargest && this.largest !== undefined && this.largest !== reservation;
    if (counted > before && (isTaken || this.held + counted - before > limit)) {
      this.refusals[use]++;
      this.refusedAt = performance.now();
      throw new MemoryBudgetFull(use);
    }
    if (isLargest) this.largest = reservation;
    else if (this.largest === reservation) this.largest = undefined;
    this.held += counted - before;
    return counted;
  }
}

/** The part of the budget that one request holds. */
export class Reservation {
  private held: Readonly<Record<MemoryUse, number>> = NOTHING;
  private counted = 0;
  private isReleased = false;

  constructor(private readonly budget: MemoryBudget) {}

  /**
   * Holds so many bytes for this use from now on, more or fewer than before. One request at a time may hold more than half
   * of the budget: a stored value can be longer than all of it.
   *
   * @throws MemoryBudgetFull; the request holds what it held before
   */
  hold(bytes: number, use: MemoryUse): void {
    const counted = Math.max(0, bytes - UNCOUNTED_BYTES[use]);
    if (counted !== this.held[use]) this.change({ ...this.held, [use]: counted }, use);
  }

  /** Holds a response of so many bytes, and nothing else any more. @throws MemoryBudgetFull */
  holdResponse(bytes: number): void {
    const response = Math.max(0, bytes - UNCOUNTED_BYTES.response);
    if (response > 0 || this.counted > 0) this.change({ ...NOTHING, response }, 'response');
  }

  /** Gives all back for good. */
  release(): void {
    this.holdResponse(0);
    this.isReleased = true;
  }

  private change(held: Readonly<Record<MemoryUse, number>>, use: MemoryUse): void {
    if (this.isReleased) return;
    this.counted = this.budget.adjust(this, this.counted, held.body + held.rows + held.change + held.response, use);
    this.held = held;
  }
}
