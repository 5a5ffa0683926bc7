import type { WorkKind } from './connection-queue.js';
import { ChangeResultUnavailable, DatabaseOverloaded } from './database-errors.js';
import type { DatabaseLog, DatabaseObserver, DatabaseTarget, PoolLimits } from './database-options.js';
import { Reader, type WorkOptions } from './database-reader.js';
import { DatabaseServer } from './database-server.js';
import type { Deadline } from './deadline.js';
import type { WorkLimits } from './memory-budget.js';
import { verifyPgInternals } from './pg-internals.js';
import { Replica } from './replicas/replica.js';
import { ReplicaRouter } from './replicas/replica-router.js';
import { ResultTooLarge, RowCollector } from './result-rows.js';
import type { RunStatement, SqlValue, Statement, TextRow, Work } from './statement.js';

/** Memory reserved before a change, in bytes: enough for most responses to one. */
const CHANGE_RESERVATION_BYTES = 1_048_576;

/**
 * One database of the map: the primary server, which every statement runs on, except those of a `reader`.
 * Errors: DatabaseUnavailable, DatabaseOverloaded, StatementTimedOut, or what the driver reported.
 */
export class Database extends Reader {
  readonly id: string;
  /** The primary first. */
  readonly servers: readonly DatabaseServer[];
  private readonly primary: DatabaseServer;
  private readonly replicaRouter: ReplicaRouter | undefined;
  /** Made once: a refusal must cost next to nothing. */
  private readonly overloaded: DatabaseOverloaded;

  constructor(
    { id, dsn, replicas }: DatabaseTarget,
    limits: PoolLimits,
    private readonly observer: DatabaseObserver,
    log: DatabaseLog,
  ) {
    super();
    verifyPgInternals();
    this.id = id;
    const server = (name: string, address: string) => new DatabaseServer(name, address, limits, observer, log);
    this.primary = server(id, dsn);
    const standbys = replicas.map((address, at) => new Replica(server(`${id}:replica${at + 1}`, address), log));
    if (standbys.length > 0) this.replicaRouter = new ReplicaRouter(this.primary, standbys, log);
    this.servers = [this.primary, ...standbys.map((standby) => standby.server)];
    this.overloaded = new DatabaseOverloaded(id);
  }

  /**
   * To be called before a request begins its work: a request that would time out in the queue is rejected at once instead.
   *
   * @throws DatabaseOverloaded
   */
  rejectIfOverloaded(kind: WorkKind = 'short'): void {
    if (!this.primary.isOverloaded(kind)) return;
    this.observer.requestRefused(this.id);
    throw this.overloaded;
  }

  /**
   * As `query`, for a statement that changes rows and may return a large result. Undefined: the change was made, and its rows
   * are more than a share.
   *
   * @throws MemoryBudgetFull before the change
   * @throws ChangeNotShown
   */
  async change<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    { deadline, memory }: WorkLimits,
  ): Promise<Row[] | undefined> {
    // The statement runs to its end in any case: to cancel it would undo the change.
    const receiver = new RowCollector<Row>(memory, () => undefined, CHANGE_RESERVATION_BYTES);
    try {
      await this.primary.withConnection(deadline, (run) => {
        memory.hold(CHANGE_RESERVATION_BYTES, 'change');
        return run(statement, values, { receiver });
      });
      return receiver.rows;
    } catch (error) {
      if (error instanceof ResultTooLarge) return undefined;
      throw error === receiver.failure ? new ChangeResultUnavailable(error) : error;
    }
  }

  /** Does work on one connection of the primary. */
  withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T> {
    return this.primary.withConnection(deadline, work, options);
  }

  /** As `query`, for what many wait for together: see `DatabaseServer`. */
  queryWithin<Row = TextRow>(
    ms: number,
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<Row[]> {
    return this.primary.queryWithin(ms, statement, values, deadline);
  }

  /** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
  transaction<T>(deadline: Deadline, work: (run: RunStatement) => Promise<T>): Promise<T> {
    return this.primary.transaction(deadline, work);
  }

  /** For statements that change nothing and follow no write of their own request: a replica where there is one. */
  reader(deadline: Deadline): Reader | Promise<Reader> {
    return this.replicaRouter?.reader(deadline) ?? this;
  }

  /** Waits for connections in use and closes all. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}
