import { DatabaseUnavailable, StatementTimedOut, StoredValueTooLong, translateError } from './database-errors.js';
import type { Reader, WorkOptions } from './database-reader.js';
import type { WorkLimits } from './memory-budget.js';
import {
  BufferedRows,
  MAX_BUFFERED_BYTES,
  type ReadRowsOptions,
  ResultTooLarge,
  ROW_COPIES,
  ROW_OVERHEAD_BYTES,
  RowCollector,
  type Rows,
} from './result-rows.js';
import {
  inTransaction,
  Portal,
  type RowReceiver,
  type RunStatement,
  type SqlValue,
  type Statement,
  type TextRow,
} from './statement.js';

/** Number of portions that fit into MAX_BUFFERED_BYTES. */
const PORTIONS_PER_BUFFER = 4;

/**
 * Reads the rows of a read-only statement: buffers a small result and releases the connection at once, reads a large
 * result in portions. A result that turns out to be large is read again from the start.
 *
 * Errors: those of the statement, and MemoryBudgetFull. After the first rows, `more()` rejects with the error.
 */
export async function readRows<Row = TextRow>(
  reader: Reader,
  statement: Statement,
  values: readonly SqlValue[],
  limits: WorkLimits,
  options: ReadRowsOptions = {},
): Promise<Rows<Row>> {
  // The size of the rows is unknown, so the first portion is a single row.
  if (options.isLarge) return streamRows(reader, statement, values, limits, options, 1);
  let received: RowCollector<Row> | undefined;
  try {
    await reader.withConnection(
      limits.deadline,
      (run, cancel) => {
        received = new RowCollector<Row>(limits.memory, cancel);
        return run(statement, values, { receiver: received });
      },
      options,
    );
    return new BufferedRows(received?.rows ?? []);
  } catch (error) {
    if (error instanceof ResultTooLarge) {
      return streamRows(reader, statement, values, limits, options, error.rows / PORTIONS_PER_BUFFER);
    }
    if (error instanceof StoredValueTooLong && received?.rows.length) return new BufferedRows(received.rows, error);
    throw error;
  }
}

/** Target size of a portion in bytes. Reading it takes much longer than the round trip that requests it. */
const PORTION_BYTES = 1_048_576;
/**
 * Maximum size in bytes of the rows kept for `rewind`; beyond it, `rewind` executes the statement again. A detail
 * rewinds after deriving the session title, which usually needs only the first run.
 */
const MAX_REWIND_BYTES = 1_048_576;

const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';

/**
 * Reads the rows of a statement in portions, in one snapshot. Resolves when the first row has arrived. The connection is
 * released when the last row has arrived, the stream is closed, or the deadline expires.
 *
 * @param firstRows number of rows of the first portion, estimated from their size
 */
function streamRows<Row>(
  reader: Reader,
  statement: Statement,
  values: readonly SqlValue[],
  limits: WorkLimits,
  { before, willRewind = false }: ReadRowsOptions,
  firstRows: number,
): Promise<Rows<Row>> {
  const opened = Promise.withResolvers<Rows<Row>>();
  let attempts = 0;
  let isOpen = false;
  const read = async (run: RunStatement, attempt: number): Promise<void> => {
    await before?.(run);
    const readPortion: ReadPortion<Row> = (portal, receiver) => run(statement, values, { receiver, portal });
    const stream = new RowStream(reader.id, readPortion, limits, willRewind, firstRows);
    try {
      await Promise.race([stream.more(), stream.ended]);
      // A replica that was abandoned may still respond while the primary repeats the work.
      if (attempt !== attempts)
        throw new DatabaseUnavailable(reader.id, new Error('the rows are being read from another server'));
      isOpen = true;
      opened.resolve(stream);
      await stream.ended;
    } catch (error) {
      stream.fail(translateError(reader.id, error));
      throw error;
    }
  };
  const options: WorkOptions = { kind: 'large', isUnnamed: true, mayRetry: () => !isOpen };
  const work = (run: RunStatement): Promise<void> => {
    const attempt = ++attempts;
    return inTransaction(run, BEGIN_SNAPSHOT, () => read(run, attempt));
  };
  reader.withConnection(limits.deadline, work, options).catch(opened.reject);
  return opened.promise;
}

type ReadPortion<Row> = (portal: Portal, receiver: RowReceiver<Row>) => Promise<unknown>;

interface ArrivedRow<Row> {
  readonly row: Row;
  readonly bytes: number;
}

/** The rows of one statement as they arrive. The next portion is requested when all rows of the last one are taken. */
class RowStream<Row> implements Rows<Row>, RowReceiver<Row> {
  failure: Error | undefined;
  /** Resolves when the stream requests no further rows, so that the connection can be released. */
  readonly ended: Promise<void>;
  private readonly ending = Promise.withResolvers<void>();
  private portal = new Portal();
  /** The portion that is being received. */
  private portion: Promise<void> | undefined;
  /** Size of the longest row of the portion, in bytes. */
  private longestRowBytes = ROW_OVERHEAD_BYTES;
  /** Rows that have arrived and have not been taken. */
  private buffered: ArrivedRow<Row>[] = [];
  private bufferedBytes = 0;
  /** Rows that were taken, for `rewind`; undefined if they are too large or `rewind` can no longer be called. */
  private rewindable: ArrivedRow<Row>[] | undefined;
  private rewindableBytes = 0;
  private isPaused = false;
  private isDiscarding = false;
  /** True when rows were dropped before they were taken: the end of the portal is then not the end of the rows. */
  private hasDroppedRows = false;
  private arrival = Promise.withResolvers<void>();

  constructor(
    databaseId: string,
    private readonly read: ReadPortion<Row>,
    private readonly limits: WorkLimits,
    private mayRewind: boolean,
    firstRows: number,
  ) {
    this.portal.maxRows = Math.max(1, Math.floor(firstRows));
    if (mayRewind) this.rewindable = [];
    this.ended = this.ending.promise;
    const unsubscribe = limits.deadline.onExpired(() => {
      this.fail(new StatementTimedOut(databaseId));
      this.ending.reject(this.failure);
      void this.discard();
    });
    this.ended.then(unsubscribe, unsubscribe);
  }

  peek(): Row | undefined {
    return this.buffered[0]?.row;
  }

  take(): Row | undefined {
    const next = this.buffered.shift();
    if (next === undefined) return undefined;
    this.bufferedBytes -= next.bytes;
    if (this.isPaused && this.bufferedBytes < MAX_BUFFERED_BYTES / 2) this.pause(false);
    if (this.rewindable !== undefined) this.keepForRewind(next);
    return next.row;
  }

  get isOver(): boolean {
    return this.portal.isOver && !this.hasDroppedRows && this.portion === undefined && this.buffered.length === 0;
  }

  async more(): Promise<void> {
    while (this.buffered.length === 0 && !this.isOver) {
      if (this.failure !== undefined) throw this.failure;
      this.portion ??= this.readPortion();
      await this.arrival.promise;
    }
  }

  rewind(): Promise<void> | undefined {
    const { rewindable } = this;
    if (rewindable === undefined) return this.reexecute();
    this.rewindable = undefined;
    this.mayRewind = false;
    this.buffered.unshift(...rewindable);
    this.bufferedBytes += this.rewindableBytes;
    this.endWithLastRow();
    return undefined;
  }

  close(): void {
    this.fail(new Error('The rows have been closed'));
    void this.discard().then(() => this.ending.resolve());
  }

  /** Ends the stream; `more` rejects with the first error. */
  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.signalArrival();
  }

  wants(bytes: number): boolean {
    if (this.isDiscarding || this.failure !== undefined) return false;
    try {
      this.limits.memory.hold(ROW_COPIES * Math.max(MAX_BUFFERED_BYTES, this.bufferedBytes + bytes), 'rows');
      return true;
    } catch (error) {
      this.failure = error as Error;
      return false;
    }
  }

  receive(row: Row, length: number): void {
    const bytes = length + ROW_OVERHEAD_BYTES;
    this.buffered.push({ row, bytes });
    this.bufferedBytes += bytes;
    this.longestRowBytes = Math.max(this.longestRowBytes, bytes);
    // Occurs when the rows are much longer than those from which the portion was sized.
    if (!this.isPaused && this.bufferedBytes > MAX_BUFFERED_BYTES) this.pause(true);
    this.signalArrival();
  }

  private async readPortion(): Promise<void> {
    try {
      await this.read(this.portal, this);
    } catch (error) {
      this.ending.reject(error);
      return;
    }
    this.portion = undefined;
    this.pause(false);
    this.sizeNextPortion();
    this.endWithLastRow();
    this.signalArrival();
  }

  /** Sizes the next portion by the longest row; at most doubles its row count, since later rows may be longer. */
  private sizeNextPortion(): void {
    const rows = Math.floor(PORTION_BYTES / this.longestRowBytes);
    this.portal.maxRows = Math.max(1, Math.min(rows, 2 * this.portal.maxRows));
    this.longestRowBytes = ROW_OVERHEAD_BYTES;
  }

  private keepForRewind(taken: ArrivedRow<Row>): void {
    this.rewindable?.push(taken);
    this.rewindableBytes += taken.bytes;
    if (this.rewindableBytes > MAX_REWIND_BYTES) this.rewindable = undefined;
  }

  /** Executes the statement again in the same snapshot. */
  private async reexecute(): Promise<void> {
    // `mayRewind` is reset only afterwards, so that the end of the discarded portion does not end the stream.
    await this.discard();
    if (this.failure !== undefined) return;
    this.mayRewind = false;
    this.isDiscarding = false;
    this.hasDroppedRows = false;
    const { maxRows } = this.portal;
    this.portal = new Portal();
    this.portal.maxRows = maxRows;
  }

  /** Drops the buffered rows and those of the portion that is being received. */
  private async discard(): Promise<void> {
    this.isDiscarding = true;
    this.hasDroppedRows = true;
    this.buffered = [];
    this.bufferedBytes = 0;
    this.pause(false);
    await this.portion;
  }

  private endWithLastRow(): void {
    if (this.portal.isOver && !this.mayRewind && this.portion === undefined) this.ending.resolve();
  }

  private pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.portal.pause(isPaused);
  }

  private signalArrival(): void {
    this.arrival.resolve();
    this.arrival = Promise.withResolvers();
  }
}
