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

/** Number of portions in a share, see `streamRows`. */
const PORTIONS_PER_BUFFER = 4;

/**
 * Reads the rows of a statement that changes nothing: a small result at once, so that its connection is free again, a large one
 * in portions. Of that the first attempt is dropped.
 *
 * Errors: those of the statement, MemoryBudgetFull. After the first rows they come from `more()`.
 */
export async function readRows<Row = TextRow>(
  reader: Reader,
  statement: Statement,
  values: readonly SqlValue[],
  limits: WorkLimits,
  reading: ReadRowsOptions = {},
): Promise<Rows<Row>> {
  // The size of its rows is not known: a portion of one row tells it.
  if (reading.isLarge) return streamRows(reader, statement, values, limits, reading, 1);
  let received: RowCollector<Row> | undefined;
  try {
    await reader.withConnection(
      limits.deadline,
      (run, cancel) => {
        received = new RowCollector<Row>(limits.memory, cancel);
        return run(statement, values, { receiver: received });
      },
      reading,
    );
    return new BufferedRows(received?.rows ?? []);
  } catch (error) {
    if (error instanceof ResultTooLarge) {
      return streamRows(reader, statement, values, limits, reading, error.rows / PORTIONS_PER_BUFFER);
    }
    if (error instanceof StoredValueTooLong && received?.rows.length) return new BufferedRows(received.rows, error);
    throw error;
  }
}

/** Target size of a portion, in bytes: worth a round trip to the server. */
const PORTION_BYTES = 1_048_576;
/** Rows that are kept for `rewind`, in bytes: most sessions are named by their first run. */
const MAX_REWIND_BYTES = 1_048_576;

const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';

/**
 * Reads the rows of a statement in portions, in one snapshot. Resolves when the first of them is there. The connection goes back
 * when the last row has arrived, when the stream is closed, or when the deadline passes.
 *
 * @param firstRows rows of the first portion, as far as their size is known
 */
export function streamRows<Row>(
  reader: Reader,
  statement: Statement,
  values: readonly SqlValue[],
  limits: WorkLimits,
  { before, willRewind: isRewound = false }: ReadRowsOptions,
  firstRows: number,
): Promise<Rows<Row>> {
  const opened = Promise.withResolvers<Rows<Row>>();
  let attempts = 0;
  let isOpen = false;
  const read = async (run: RunStatement, attempt: number): Promise<void> => {
    await before?.(run);
    const readPortion: ReadPortion<Row> = (portal, receiver) => run(statement, values, { receiver, portal });
    const stream = new RowStream(reader.id, readPortion, limits, isRewound, firstRows);
    try {
      await Promise.race([stream.more(), stream.ended]);
      // A replica that was given up may still answer, while the primary does its work.
      if (attempt !== attempts) throw new DatabaseUnavailable(reader.id, new Error('another server reads these rows'));
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

/** The rows of one statement as they arrive. A portion is asked for when all rows of the one before are taken. */
class RowStream<Row> implements Rows<Row>, RowReceiver<Row> {
  failure: Error | undefined;
  /** Resolves when no more rows will be asked for. */
  readonly ended: Promise<void>;
  private readonly ending = Promise.withResolvers<void>();
  private portal = new Portal();
  /** The portion that is on its way. */
  private portion: Promise<void> | undefined;
  /** The longest row of the portion, in bytes. */
  private longestRowBytes = ROW_OVERHEAD_BYTES;
  /** Rows that have arrived and are not taken. */
  private buffered: ArrivedRow<Row>[] = [];
  private bufferedBytes = 0;
  /** Rows that were taken, for `rewind`; undefined when there are too many, or it cannot come any more. */
  private rewindable: ArrivedRow<Row>[] | undefined;
  private rewindableBytes = 0;
  private isPaused = false;
  private isDiscarding = false;
  /** True when rows were dropped before they were taken: then the end of the portal is not the end of the rows. */
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
    const forgetDeadline = limits.deadline.onExpired(() => {
      this.fail(new StatementTimedOut(databaseId));
      this.ending.reject(this.failure);
      void this.discard();
    });
    this.ended.then(forgetDeadline, forgetDeadline);
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
    const { rewindable: kept } = this;
    if (kept === undefined) return this.reexecute();
    this.rewindable = undefined;
    this.mayRewind = false;
    this.buffered.unshift(...kept);
    this.bufferedBytes += this.rewindableBytes;
    this.endWithLastRow();
    return undefined;
  }

  close(): void {
    this.fail(new Error('These rows are not wanted any more'));
    void this.discard().then(() => this.ending.resolve());
  }

  /** The work on the connection has ended with an error. */
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
    // A portion of rows that are much longer than those before them.
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

  /** As many rows as make a portion of their size; at most twice as many as before, since others may be longer. */
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
    // The end of the portion on its way is not the end of the work.
    await this.discard();
    if (this.failure !== undefined) return;
    this.mayRewind = false;
    this.isDiscarding = false;
    this.hasDroppedRows = false;
    const { maxRows: rows } = this.portal;
    this.portal = new Portal();
    this.portal.maxRows = rows;
  }

  /** Drops the rows that are there, and those of the portion that is on its way. */
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
