/** A read or write of a register as its client observed it. All times are in milliseconds of the same clock. */
export interface Operation {
  readonly client: string;
  readonly kind: 'write' | 'read';
  /** The value written or read. Each value may be written to a register only once. */
  readonly value: string;
  readonly start: number;
  /** Undefined: no response, so the write took effect at any time after its start, or never. */
  readonly end: number | undefined;
}

/**
 * Checks that a register is linearizable: each operation can be assigned a moment between its start and end so that
 * every read returns the last written value. Returns an operation that contradicts this, or undefined. After a lost
 * update, the contradicting operation is a read of an older value. Algorithm: Wing and Gong, "Testing and Verifying
 * Concurrent Objects" (1993), with memoised states.
 */
export function findContradiction(operations: readonly Operation[], initial: string): Operation | undefined {
  const reads = new Set(operations.filter(({ kind }) => kind === 'read').map(({ value }) => value));
  // An unacknowledged write that no read saw can be ignored.
  const relevant = operations.filter(({ end, value }) => end !== undefined || reads.has(value));
  return new Search(relevant.sort((a, b) => a.start - b.start)).contradiction(initial);
}

class Search {
  private readonly seen = new Set<string>();
  private readonly done: boolean[];
  private fewestLeft = Number.POSITIVE_INFINITY;
  private blocking: Operation | undefined;

  constructor(private readonly operations: readonly Operation[]) {
    this.done = operations.map(() => false);
  }

  contradiction(initial: string): Operation | undefined {
    return this.fits(initial) ? undefined : this.blocking;
  }

  /** True when the remaining operations can be ordered, starting with `value` in the register. */
  private fits(value: string): boolean {
    const open = this.open();
    if (open.every(({ end }) => end === undefined)) return true;
    if (!this.isNew(value)) return false;
    const next = this.next(open);
    // A read of the current value can always come first.
    const read = next.find((operation) => operation.kind === 'read' && operation.value === value);
    if (read !== undefined) return this.fitsAfter(read, value);
    return next.some((operation) => operation.kind === 'write' && this.fitsAfter(operation, operation.value));
  }

  private fitsAfter(operation: Operation, value: string): boolean {
    const index = this.operations.indexOf(operation);
    this.done[index] = true;
    const fits = this.fits(value);
    this.done[index] = false;
    return fits;
  }

  private open(): Operation[] {
    return this.operations.filter((_, index) => !this.done[index]);
  }

  /**
   * Operations that may come next, because they started before any other remaining operation ended. Also records the
   * operation that ends first, as the contradiction to report, whenever fewer operations are left than ever before.
   */
  private next(open: readonly Operation[]): Operation[] {
    const first = open.reduce((earliest, operation) => (endOf(operation) < endOf(earliest) ? operation : earliest));
    const left = open.filter(({ end }) => end !== undefined).length;
    if (left < this.fewestLeft) {
      this.fewestLeft = left;
      this.blocking = first;
    }
    return open.filter(({ start }) => start <= endOf(first));
  }

  private isNew(value: string): boolean {
    const state = `${this.done.map(Number).join('')} ${value}`;
    if (this.seen.has(state)) return false;
    this.seen.add(state);
    return true;
  }
}

function endOf({ end }: Operation): number {
  return end ?? Number.POSITIVE_INFINITY;
}
