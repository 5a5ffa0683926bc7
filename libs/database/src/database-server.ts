import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import { cancelStatement } from './cancel-statement.js';
import { ConnectionPool } from './connection-pool.js';
import { ConnectionQueue, type WorkKind } from './connection-queue.js';
import { dataSourceOptions } from './data-source.js';
import {
  DatabaseUnavailable,
  isPermissionDenied,
  StatementTimedOut,
  sqlState,
  translateError,
} from './database-errors.js';
import type { DatabaseLog, DatabaseObserver, PoolLimits, PoolUsage } from './database-options.js';
import { Reader, type WorkOptions } from './database-reader.js';
import { Deadline } from './deadline.js';
import { parseDsn } from './dsn/parse-dsn.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { requestTls } from './dsn/tls-options.js';
import type { MessageConnection } from './message-connection.js';
import { cancelKeyOf, connectionOf } from './pg-internals.js';
import { PreparedStatements } from './prepared-statements.js';
import {
  inTransaction,
  type RunStatement,
  type SqlValue,
  type Statement,
  type TextRow,
  type Work,
} from './statement.js';
import { type OnStatementEnd, TextQuery } from './text-query.js';

/** Error type of a statement whose connection was closed before the response. */
const CONNECTION_LOST = 'connection_lost';

/**
 * One PostgreSQL server, a replica or, as PrimaryServer, the primary: connects on first use and after failures, and runs
 * statements.
 * Errors: DatabaseUnavailable, DatabaseOverloaded, StatementTimedOut, or the driver's.
 */
export class DatabaseServer extends Reader {
  private readonly prepared: PreparedStatements;
  private readonly unprepared: PreparedStatements;
  private readonly queue: ConnectionQueue;
  private readonly target: PoolTarget;
  private readonly pool: ConnectionPool;
  private lastResponseAt = Number.NEGATIVE_INFINITY;
  private lastDenialAt = Number.NEGATIVE_INFINITY;

  /**
   * @param id name of the server in metrics, spans and log lines
   * @param dataSource not initialized; by default the server creates its own
   */
  constructor(
    readonly id: string,
    dsn: string,
    limits: PoolLimits,
    protected readonly observer: DatabaseObserver,
    log: DatabaseLog,
    dataSource?: DataSource,
  ) {
    super();
    this.target = parseDsn(dsn);
    this.prepared = new PreparedStatements(id, this.target.namedStatements, log);
    this.unprepared = new PreparedStatements(id, false, log);
    this.queue = new ConnectionQueue(id, limits, observer);
    const onIdleError = (error: Error) => log.warn(`Idle connection of '${id}' lost: ${error.message}`);
    const source = dataSource ?? new DataSource(dataSourceOptions(this.target, limits));
    this.pool = new ConnectionPool(id, source, this.target, limits, onIdleError);
  }

  /**
   * As `query`, but rejects when the statement has run for `ms` milliseconds, even if the connection is dead and cannot
   * be cancelled. For statements that many requests share, so that a lost response does not delay all of these
   * requests.
   */
  async queryWithin<Row = TextRow>(
    ms: number,
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<Row[]> {
    const attempt = new Deadline();
    const unsubscribe = deadline.onExpired(() => attempt.expire());
    const expiry = new Promise<never>((_, reject) => attempt.onExpired(() => reject(new StatementTimedOut(this.id))));
    let timer: NodeJS.Timeout | undefined;
    const working = this.withConnection(attempt, (run) => {
      clearTimeout(timer);
      timer = setTimeout(() => attempt.expire(), ms);
      return run<Row>(statement, values);
    });
    try {
      return await Promise.race([working, expiry]);
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }

  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. Statements are unnamed, since
   * an error about a name would abort the transaction, so that the statement could not be sent again.
   */
  transaction<T>(deadline: Deadline, work: (run: RunStatement) => Promise<T>): Promise<T> {
    return this.withConnection(deadline, (run) => inTransaction(run, 'BEGIN', () => work(run)), { isUnnamed: true });
  }

  /** Runs `work` on one connection. When the deadline expires, the running statement is cancelled in PostgreSQL. */
  async withConnection<T>(
    deadline: Deadline,
    work: Work<T>,
    { kind = 'short', isUnnamed }: WorkOptions = {},
  ): Promise<T> {
    await this.queue.enter(kind);
    try {
      const connection = await this.pool.acquire();
      const { client, pool } = connection;
      if (deadline.hasExpired) {
        this.pool.release(connection, false);
        throw new StatementTimedOut(this.id);
      }
      let cancelling: Promise<boolean> | undefined;
      let isBroken = false;
      const cancel = () => {
        cancelling ??= cancelStatement(client, pool.options, working);
      };
      const run = this.statementRunner(client, isUnnamed ? this.unprepared : this.prepared);
      // Async, so that an exception before the first statement becomes a rejection and the connection is released.
      const working = (async () => work(run, cancel, cancelKeyOf(client)))();
      const unsubscribe = deadline.onExpired(cancel);
      try {
        return await working;
      } catch (error) {
        const translated = translateError(this.id, error);
        isBroken = translated instanceof DatabaseUnavailable;
        throw translated;
      } finally {
        unsubscribe();
        // Waits until a cancel request has arrived: after the release it could cancel the statement of another request.
        const isSound = (await cancelling) ?? true;
        this.pool.release(connection, isBroken || !isSound || hasSentOversized(client) || isInTransaction(client));
      }
    } finally {
      this.queue.leave(kind);
    }
  }

  private statementRunner(client: ClientBase, prepared: PreparedStatements): RunStatement {
    const run: RunStatement = (statement, values, execution) =>
      prepared.send(
        (preparation) => client.query(new TextQuery(statement, values, preparation, this.onStatement, execution)).rows,
      );
    return this.observer.instrument?.(this.id, run) ?? run;
  }

  /** True while a new request of this kind would probably time out in the queue. */
  isOverloaded(kind: WorkKind): boolean {
    return this.queue.isOverloaded(kind);
  }

  /** True if the server has responded to a statement in the last `ms` milliseconds, with rows or an error. */
  hasRespondedWithin(ms: number): boolean {
    return performance.now() - this.lastResponseAt < ms;
  }

  /** True if the server has rejected a statement for a missing right since `time`, in milliseconds of performance.now(). */
  hasDeniedSince(time: number): boolean {
    return this.lastDenialAt >= time;
  }

  /** True if the server accepts TCP connections. Occupies none of the server's connection slots. Never rejects. */
  acceptsConnections(timeoutMs: number): Promise<boolean> {
    return requestTls(this.target, timeoutMs).then(
      () => true,
      () => false,
    );
  }

  usage(): PoolUsage {
    return { ...this.pool.usage(), pending: this.queue.waiting };
  }

  /** True while a list or a large result is waiting for a connection. */
  get isBulkWaiting(): boolean {
    return this.queue.isBulkWaiting;
  }

  /** False if a list or large result would have to wait for a connection. Always true for short work. */
  hasCapacityFor({ kind = 'short' }: WorkOptions): boolean {
    return kind === 'short' || this.queue.hasCapacity(kind);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private readonly onStatement: OnStatementEnd = (name, seconds, error) => {
    const code = sqlState(error);
    if (isPermissionDenied(error)) this.lastDenialAt = performance.now();
    if (error === undefined || code !== undefined) this.lastResponseAt = performance.now();
    this.observer.statementEnded(this.id, name, seconds, error === undefined ? undefined : (code ?? CONNECTION_LOST));
  };
}

/** True if a late cancel request has cancelled COMMIT or ROLLBACK, so that the transaction is still open. */
function isInTransaction(client: ClientBase): boolean {
  const status = client.getTransactionStatus();
  return status === 'T' || status === 'E';
}

/** True if the connection must be closed, because the server process keeps the memory of an oversized value. */
function hasSentOversized(client: ClientBase): boolean {
  return (connectionOf(client) as MessageConnection).hasSentOversized;
}
