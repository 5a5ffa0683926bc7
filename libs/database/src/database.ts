import type { DataSource } from 'typeorm';
import { ConnectionQueue, type WorkKind } from './connection-queue.js';
import {
  ChangedValueTooLong,
  ChangeResultUnavailable,
  DatabaseOverloaded,
  OversizedColumn,
  StatementTimedOut,
} from './database-errors.js';
import type { DatabaseLog, DatabaseObserver, DatabaseTarget, PoolLimits } from './database-options.js';
import { Reader, type WorkOptions } from './database-reader.js';
import { DatabaseServer } from './database-server.js';
import type { Deadline } from './deadline.js';
import type { WorkLimits } from './memory-budget.js';
import { verifyPgInternals } from './pg-internals.js';
import { PrimaryServer } from './primary-server.js';
import { Replica } from './replicas/replica.js';
import { ReplicaRouter } from './replicas/replica-router.js';
import { ResultTooLarge, ROW_COPIES, RowCollector } from './result-rows.js';
import {
  inTransaction,
  type RunStatement,
  type SqlValue,
  type Statement,
  type TextRow,
  type Work,
} from './statement.js';

/** Bytes of memory reserved before a change, enough for the result of most changes. */
const CHANGE_RESERVATION_BYTES = 1_048_576;

/** So that a statement sees what was committed while it waited for a lock, whatever the role's default is. */
const BEGIN_READ_COMMITTED = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** What a change depends on: the row that `lock` selects FOR UPDATE. */
export interface LockedRow<Row> {
  readonly lock: Statement;
  readonly values: readonly SqlValue[];
  /**
   * Returns the parameters of the change, or throws to change nothing. Runs again if the transaction is repeated after a
   * conflict.
   */
  readonly decide: (row: Row) => Promise<readonly SqlValue[]>;
}

/**
 * One database of the DSN map: a primary and its replicas. Statements run on the primary, except those of a `reader`.
 * Errors: DatabaseUnavailable, DatabaseOverloaded, StatementTimedOut, TransactionConflict, or those of pg.
 */
export class Database extends Reader {
  readonly id: string;
  /** All servers of the database, the primary first. */
  readonly servers: readonly DatabaseServer[];
  private readonly primary: PrimaryServer;
  private readonly replicaRouter: ReplicaRouter | undefined;
  /** Created once: an error per rejected request, with its stack trace, would cost time under overload. */
  private readonly overloaded: DatabaseOverloaded;
  /** The reports that wait for each other. */
  private readonly reports: ConnectionQueue;

  constructor(
    { id, dsn, replicas }: DatabaseTarget,
    limits: PoolLimits,
    private readonly observer: DatabaseObserver,
    log: DatabaseLog,
    dataSource?: DataSource,
  ) {
    super();
    verifyPgInternals();
    this.id = id;
    this.primary = new PrimaryServer(id, dsn, limits, observer, log, dataSource);
    const standbys = replicas.map(
      (replicaDsn, index) =>
        new Replica(new DatabaseServer(`${id}:replica${index + 1}`, replicaDsn, limits, observer, log), log),
    );
    if (standbys.length > 0) this.replicaRouter = new ReplicaRouter(this.primary, standbys, log);
    this.servers = [this.primary, ...standbys.map((standby) => standby.server)];
    this.overloaded = new DatabaseOverloaded(id);
    const connectionTimedOut = () => observer.requestRefused(id);
    this.reports = new ConnectionQueue(id, { ...limits, size: 1 }, { connectionTimedOut });
  }

  /**
   * Rejects a request that would probably time out in the queue. Called before the request starts its work.
   *
   * @throws DatabaseOverloaded
   */
  rejectIfOverloaded(kind: WorkKind = 'short'): void {
    if (!this.primary.isOverloaded(kind)) return;
    this.observer.requestRefused(this.id);
    throw this.overloaded;
  }

  /**
   * As `query`, for a statement that changes rows and may return a large result.
   *
   * @returns undefined when the change was applied, but its rows exceed MAX_BUFFERED_BYTES
   * @throws MemoryBudgetFull if the change was not applied
   * @throws ChangeResultUnavailable if the change was applied
   */
  async change<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    { deadline, memory }: WorkLimits,
  ): Promise<Row[] | undefined> {
    // Does not cancel the statement when rows are rejected, since cancelling would undo the change.
    let receiver: RowCollector<Row> | undefined;
    try {
      await this.primary.withConnection(deadline, (run) => {
        memory.hold(CHANGE_RESERVATION_BYTES, 'change');
        receiver = new RowCollector<Row>(memory, () => undefined, CHANGE_RESERVATION_BYTES);
        return run(statement, values, { receiver });
      });
      return receiver?.rows ?? [];
    } catch (error) {
      if (error instanceof ResultTooLarge) return undefined;
      throw error === receiver?.failure ? new ChangeResultUnavailable(error) : error;
    }
  }

  /**
   * As `change`, in one transaction with reading and locking the row that the change depends on. Without such a row,
   * changes nothing.
   *
   * @throws MemoryBudgetFull, StatementTimedOut, ChangedValueTooLong, or the error of `decide`, if the change was not applied
   */
  changeLocked<Row = TextRow, Locked = TextRow>(
    statement: Statement,
    { lock, values, decide }: LockedRow<Locked>,
    { deadline, memory }: WorkLimits,
  ): Promise<Row[] | undefined> {
    // A function of its own, so that the locked row is freed before the change is sent.
    const lockAndDecide = async (run: RunStatement) => {
      const locked = new RowCollector<Locked>(memory, () => undefined, CHANGE_RESERVATION_BYTES);
      await run(lock, values, { receiver: locked });
      const [row] = locked.rows;
      if (row === undefined) return undefined;
      // The new values may contain the locked ones, so their memory is reserved before they are written.
      memory.hold(2 * ROW_COPIES * locked.bytes - CHANGE_RESERVATION_BYTES, 'rows');
      return { parameters: await decide(row), lockedBytes: locked.bytes };
    };
    const work = async (run: RunStatement): Promise<Row[] | undefined> => {
      memory.hold(CHANGE_RESERVATION_BYTES, 'change');
      const decision = await lockAndDecide(run);
      if (decision === undefined) return [];
      // Without a running statement, the cancel request of an expired deadline has had no effect.
      if (deadline.hasExpired) throw new StatementTimedOut(this.id);
      const { parameters, lockedBytes } = decision;
      // Parameters may be slices of the locked row. The result takes their place later.
      const heldBytes = ROW_COPIES * (lockedBytes + lengthOf(parameters)) - CHANGE_RESERVATION_BYTES;
      memory.hold(heldBytes, 'rows');
      const changed = new RowCollector<Row>(memory, () => undefined, -heldBytes);
      try {
        await run(statement, parameters, { receiver: changed });
        return changed.rows;
      } catch (error) {
        // The statement is complete, so it can be committed.
        if (error instanceof ResultTooLarge) return undefined;
        throw error instanceof OversizedColumn ? new ChangedValueTooLong(error) : error;
      }
    };
    return this.primary.withConnection(deadline, (run) => inTransaction(run, BEGIN_READ_COMMITTED, () => work(run)), {
      isUnnamed: true,
    });
  }

  /**
   * Runs `work`, which reads a large part of a table, when no other report of this process is running. Reports wait for
   * at most the queue timeout and hold no connection meanwhile.
   *
   * @throws DatabaseOverloaded
   */
  async report<T>(work: () => Promise<T>): Promise<T> {
    if (this.reports.isOverloaded('short')) {
      this.observer.requestRefused(this.id);
      throw this.overloaded;
    }
    await this.reports.enter('short');
    try {
      return await work();
    } finally {
      this.reports.leave('short');
    }
  }

  withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T> {
    return this.primary.withConnection(deadline, work, options);
  }

  /** See `DatabaseServer.queryWithin`. */
  queryWithin<Row = TextRow>(
    ms: number,
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<Row[]> {
    return this.primary.queryWithin(ms, statement, values, deadline);
  }

  /** Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. */
  transaction<T>(deadline: Deadline, work: (run: RunStatement) => Promise<T>): Promise<T> {
    return this.primary.transaction(deadline, work);
  }

  /** Chooses a server for read-only statements: a replica if possible. Not for reads after a write of the same request. */
  reader(deadline: Deadline): Reader | Promise<Reader> {
    return this.replicaRouter?.reader(deadline) ?? this;
  }

  /** Waits until no connection is in use, then closes all connections. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** Total length of the strings among the parameters. */
function lengthOf(parameters: readonly SqlValue[]): number {
  return parameters.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}
