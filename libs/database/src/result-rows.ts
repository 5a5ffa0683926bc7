import type { WorkOptions } from './database-reader.js';
import type { Reservation } from './memory-budget.js';
import type { RowReceiver, RunStatement } from './statement.js';

/** Limit of a result that is held as a whole, in bytes. Larger ones are read in portions. */
export const MAX_BUFFERED_BYTES = 4_194_304;

/** Memory of a row besides its text, in bytes: an object with a string for each column. */
export const ROW_OVERHEAD_BYTES = 256;

/** Rows are held as they were read, and once more in the response that is made of them. */
export const ROW_COPIES = 2;

/** The rows of a statement in order, which are read one after the other. Those of a large result arrive meanwhile. */
export interface Rows<Row> {
  /** The next row that is there; undefined where none is. The first one is there as soon as there are Rows. */
  peek(): Row | undefined;
  /** Takes the next row that is there. */
  take(): Row | undefined;
  /** True when no row is there and none will come. */
  readonly isOver: boolean;
  /** Resolves when a row is there or all are over. Errors: those of the statement, MemoryBudgetFull. */
  more(): Promise<void>;
  /** Begins again at the first row. Only once, and only where the rows were asked for so. */
  rewind(): Promise<void> | undefined;
  /** Gives back the connection, if they hold one. Rows that have not been taken are lost. */
  close(): void;
}

/** Options of `readRows`. */
export interface ReadRowsOptions extends WorkOptions {
  /** Whether `rewind` will be called: rows that are read in portions keep their connection until then. */
  readonly willRewind?: boolean | undefined;
  /** The result is known to be large: it is read in portions at once. */
  readonly isLarge?: boolean | undefined;
  /** Runs before a result is read in portions, in its snapshot. */
  readonly before?: ((run: RunStatement) => Promise<void>) | undefined;
}

/** The result is larger than its share. A statement that changes rows has done so. */
export class ResultTooLarge extends Error {
  /** @param rows how many made up a share */
  constructor(readonly rows: number) {
    super('A result is larger than what is held in memory at once');
  }
}

/** Collects the rows of a small result. */
export class RowCollector<Row> implements RowReceiver<Row> {
  readonly rows: Row[] = [];
  failure: Error | undefined;
  private bytes = 0;

  /**
   * @param onFailure called when no more rows are wanted
   * @param heldBytes what is held for these rows already
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

/** Rows that are all there; with an error, those before it. */
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
