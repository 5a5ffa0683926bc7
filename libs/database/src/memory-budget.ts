import type { Deadline } from './deadline.js';

/** Purpose of a reservation, and label of the refusals metric. */
export type MemoryUse = 'body' | 'rows' | 'change' | 'response';

/** The memory budget of the process is exhausted. The request may be retried later. */
export class MemoryBudgetFull extends Error {
  constructor(readonly use: MemoryUse) {
    super('The memory budget is used up');
  }
}

export interface WorkLimits {
  readonly deadline: Deadline;
  readonly memory: Reservation;
}

/**
 * Bytes that each request may hold uncounted, so that small requests are served while large ones exhaust the budget.
 * Less for a body, since a client can send it slowly. The kernel's socket buffer can hold a response of this size.
 */
const UNCOUNTED_BYTES: Record<MemoryUse, number> = { body: 16_384, rows: 131_072, change: 0, response: 131_072 };

/**
 * Fraction of the budget by which changes may exceed it, so that they succeed while reads exhaust it. The pool size
 * limits the number of changes that run at the same time.
 */
const CHANGE_ALLOWANCE = 1 / 8;

const NOTHING: Readonly<Record<MemoryUse, number>> = { body: 0, rows: 0, change: 0, response: 0 };

/**
 * Limit on the memory that all requests of a process hold together: bodies, rows that were read, and responses until the
 * kernel has accepted them. A reservation succeeds or is refused at once; no request waits for another.
 */
export class MemoryBudget {
  /** Number of refused reservations by purpose. */
  readonly refusals: Record<MemoryUse, number> = { ...NOTHING };
  private held = 0;
  /**
   * The request that holds more than half of the budget, since one stored value can be longer than the whole budget.
   * Only half of the budget is charged for that request, so that other requests are still served.
   */
  private largest: Reservation | undefined;
  private refusedAt = Number.NEGATIVE_INFINITY;

  /** @param limit in bytes */
  constructor(readonly limit: number) {}

  /** Number of bytes that are charged to requests. */
  get used(): number {
    return this.held;
  }

  /** True if a reservation was refused in the last `ms` milliseconds. */
  hasRefusedWithin(ms: number): boolean {
    return performance.now() - this.refusedAt < ms;
  }

  reservation(): Reservation {
    return new Reservation(this);
  }

  /**
   * Changes the bytes that are charged to a reservation; called only by Reservation.
   *
   * @param before bytes charged so far
   * @param wanted bytes that the request will hold
   * @returns bytes charged from now on
   * @throws MemoryBudgetFull
   */
  adjust(reservation: Reservation, before: number, wanted: number, use: MemoryUse): number {
    const half = this.limit / 2;
    const isLargest = wanted > half;
    const counted = Math.min(wanted, half);
    const limit = use === 'change' ? this.limit * (1 + CHANGE_ALLOWANCE) : this.limit;
    const hasOtherLargest = isLargest && this.largest !== undefined && this.largest !== reservation;
    if (counted > before && (hasOtherLargest || this.held + counted - before > limit)) {
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

  /** Sets the bytes that the request holds for this use. @throws MemoryBudgetFull; the reservation is then unchanged */
  hold(bytes: number, use: MemoryUse): void {
    const counted = Math.max(0, bytes - UNCOUNTED_BYTES[use]);
    if (counted !== this.held[use]) this.change({ ...this.held, [use]: counted }, use);
  }

  /** Holds a response of this size and releases all other uses. @throws MemoryBudgetFull */
  holdResponse(bytes: number): void {
    const response = Math.max(0, bytes - UNCOUNTED_BYTES.response);
    if (response > 0 || this.counted > 0) this.change({ ...NOTHING, response }, 'response');
  }

  /** Releases everything. Later calls of `hold` have no effect. */
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
