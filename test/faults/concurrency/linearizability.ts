/** One operation on a register, as its client saw it. Times are of one clock, in milliseconds. */
export interface Operation {
  readonly client: string;
  readonly kind: 'write' | 'read';
  /** What was written or read. No two writes to a register may write the same. */
  readonly value: string;
  readonly start: number;
  /** Undefined: no answer came, so that the write happened at any time after its start, or never. */
  readonly end: number | undefined;
}

/**
 * The acknowledged operation that fits nowhere, or undefined when the register is linearizable: when there is an order of
 * all operations, each at one moment between its start and its end, in which every read gives what was written last. A
 * lost update shows as a read that finds an older value. (The search of Wing and Gong, which never looks twice at the same
 * operations done with the same value left.)
 */
export function findContradiction(operations: readonly Operation[], initial: string): Operation | undefined {
  const reads = new Set(operations.filter(({ kind }) => kind === 'read').map(({ value }) => value));
  // A write without an answer that nobody saw may as well not have happened.
  const relevant = operations.filter(({ end, value }) => end !== undefined || reads.has(value));
  return new Search(relevant.sort((one, other) => one.start - other.start)).contradiction(initial);
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

  /** Whether what is not done yet can follow when the register holds `value`. */
  private fits(value: string): boolean {
    const open = this.open();
    if (open.every(({ end }) => end === undefined)) return true;
    if (!this.isNew(value)) return false;
    const next = this.next(open);
    // A read of the present value can always come first.
    const read = next.find((operation) => operation.kind === 'read' && operation.value === value);
    if (read !== undefined) return this.fitsAfter(read, value);
    return next.some((operation) => operation.kind === 'write' && this.fitsAfter(operation, operation.value));
  }

  private fitsAfter(operation: Operation, value: string): boolean {
    const place = this.operations.indexOf(operation);
    this.done[place] = true;
    const fits = this.fits(value);
    this.done[place] = false;
    return fits;
  }

  private open(): Operation[] {
    return this.operations.filter((_, place) => !this.done[place]);
  }

  /** Those that began before any other had ended. Also notes what stands in the way at the furthest point. */
  private next(open: readonly Operation[]): Operation[] {
    const first = open.reduce((earliest, each) => (endOf(each) < endOf(earliest) ? each : earliest));
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
