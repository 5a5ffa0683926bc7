import type { WorkOptions } from './database-reader.js';
import type { Reservation } from './memory-budget.js';
import type { RowReceiver, RunStatement } from './statement.js';

/** Maximum size of a buffered result in bytes. Larger results are read in portions. */
export const MAX_BUFFERED_BYTES = 4_194_304;

/** Memory of a row in bytes, besides its values: an object with a string per column. */
export const ROW_OVERHEAD_BYTES = 256;

/** Each row is in memory twice: as it was read, and in the response. */
export const ROW_COPIES = 2;

/** The rows of a statement, in order. The rows of a large result arrive while others are processed. */
export interface Rows<Row> {
  /** The next row that has arrived, else undefined. The first row has arrived when `readRows` resolves. */
  peek(): Row | undefined;
  /** Removes and returns the next row that has arrived. */
  take(): Row | undefined;
  /** True when all rows have been taken. */
  readonly isOver: boolean;
  /** Resolves when a row has arrived or no more will. Errors: those of the statement, MemoryBudgetFull. */
  more(): Promise<void>;
  /** Starts again at the first row. Allowed once, and only with `willRewind`. */
  rewind(): Promise<void> | undefined;
  /** Releases the connection, if any. Rows that have not been taken are lost. */
  close(): void;
}

export interface ReadRowsOptions extends WorkOptions {
  /** `rewind` will be called. Rows that are read in portions keep their connection until then. */
  readonly willRewind?: boolean | undefined;
  /** The result is known to be large, so it is read in portions from the start. */
  readonly isLarge?: boolean | undefined;
  /** Runs before a result is read in portions, in the same snapshot. */
  readonly before?: ((run: RunStatement) => Promise<void>) | undefined;
}

/** The result exceeds MAX_BUFFERED_BYTES. If the statement changes rows, the change has been applied. */
export class ResultTooLarge extends Error {
  /** @param rows number of rows within the limit */
  constructor(readonly rows: number) {
    super('The result is too large to be buffered');
  }
}

/** Buffers the rows of a small result; rejects a result of more than MAX_BUFFERED_BYTES with ResultTooLarge. */
export class RowCollector<Row> implements RowReceiver<Row> {
  readonly rows: Row[] = [];
  failure: Error | undefined;
  /** Size of the rows. */
  bytes = 0;

  /**
   * @param onFailure called when further rows are rejected
   * @param heldBytes memory that is reserved for these rows elsewhere, less what other rows of the request hold
   */
  constructor(
    private readonly memory: Reservation,
    private readonly onFailure: () => void,
    private readonly heldBytes = 0,
  ) {}

  wants(bytes: number): boolean {
    if (this.failure !== undefined) return false;
    try {
      if (this.bytes > MAX_BUFFERED_BYTES) throw new ResultTooLarge(this.rows.length);
      this.memory.hold(ROW_COPIES * (this.bytes + bytes) - this.heldBytes, 'rows');
      return true;
    } catch (error) {
      this.failure = error as Error;
      this.rows.length = 0;
      this.onFailure();
      return false;
    }
  }

  receive(row: Row, bytes: number): void {
    this.bytes += bytes + ROW_OVERHEAD_BYTES;
    this.rows.push(row);
  }
}

/** The rows of a small result. With `failure`: the rows before that error, with which `more` then rejects. */
export class BufferedRows<Row> implements Rows<Row> {
  private index = 0;

  constructor(
    private readonly rows: readonly Row[],
    private readonly failure?: Error,
  ) {}

  peek(): Row | undefined {
    return this.rows[this.index];
  }

  take(): Row | undefined {
    return this.rows[this.index++];
  }

  get isOver(): boolean {
    return this.failure === undefined && this.index >= this.rows.length;
  }

  async more(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
  }

  rewind(): undefined {
    this.index = 0;
  }

  close(): void {}
}
