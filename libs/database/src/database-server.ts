import type { ClientBase } from 'pg';
import { cancelStatement } from './cancel-statement.js';
import { ConnectionPool } from './connection-pool.js';
import { ConnectionQueue, type WorkKind } from './connection-queue.js';
import { DatabaseUnavailable, StatementTimedOut, translateError } from './database-errors.js';
import type { DatabaseLog, DatabaseObserver, PoolLimits, PoolUsage } from './database-options.js';
import { Reader, type WorkOptions } from './database-reader.js';
import { Deadline } from './deadline.js';
import { parseDsn } from './dsn/parse-dsn.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { requestTls } from './dsn/tls-options.js';
import type { MessageConnection } from './message-connection.js';
import { connectionOf } from './pg-internals.js';
import { PreparedStatements } from './prepared-statements.js';
import {
  inTransaction,
  type RunStatement,
  type SqlValue,
  type Statement,
  type TextRow,
  type Work,
} from './statement.js';
import { TextQuery } from './text-query.js';

/**
 * One server that holds a database: connects when first needed, again after a failure, and runs statements.
 * Errors: DatabaseUnavailable, StatementTimedOut, or what the driver reported.
 */
export class DatabaseServer extends Reader {
  private readonly prepared: PreparedStatements;
  private readonly unprepared: PreparedStatements;
  private readonly queue: ConnectionQueue;
  private readonly target: PoolTarget;
  private readonly connections: ConnectionPool;
  private lastResponseAt = Number.NEGATIVE_INFINITY;

  /** @param id what figures, spans and the log call it */
  constructor(
    readonly id: string,
    dsn: string,
    limits: PoolLimits,
    private readonly observer: DatabaseObserver,
    log: DatabaseLog,
  ) {
    super();
    this.target = parseDsn(dsn);
    this.prepared = new PreparedStatements(id, this.target.namedStatements, log);
    this.unprepared = new PreparedStatements(id, false, log);
    this.queue = new ConnectionQueue(id, limits, observer);
    const onIdleError = (error: Error) => log.warn(`Idle connection of '${id}' lost: ${error.message}`);
    this.connections = new ConnectionPool(id, this.target, limits, onIdleError);
  }

  /**
   * As `query`, for what many wait for together, none of whom may be left waiting for an answer that is lost with its
   * connection: it is given up after so many milliseconds with a connection, and nobody waits for its end.
   */
  async queryWithin<Row = TextRow>(
    ms: number,
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<Row[]> {
    const attempt = new Deadline();
    const forget = deadline.onExpired(() => attempt.expire());
    const late = new Promise<never>((_, reject) => attempt.onExpired(() => reject(new StatementTimedOut(this.id))));
    let impatience: NodeJS.Timeout | undefined;
    const working = this.withConnection(attempt, (run) => {
      impatience = setTimeout(() => attempt.expire(), ms);
      return run<Row>(statement, values);
    });
    try {
      return await Promise.race([working, late]);
    } finally {
      clearTimeout(impatience);
      forget();
    }
  }

  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it throws. Its statements have no names:
   * one that failed for its name could not be sent again.
   */
  transaction<T>(deadline: Deadline, work: (run: RunStatement) => Promise<T>): Promise<T> {
    return this.withConnection(deadline, (run) => inTransaction(run, 'BEGIN', () => work(run)), { isUnnamed: true });
  }

  /** Does `work` on one connection; what runs is cancelled in PostgreSQL when the deadline passes. */
  async withConnection<T>(
    deadline: Deadline,
    work: Work<T>,
    { kind = 'short', isUnnamed }: WorkOptions = {},
  ): Promise<T> {
    await this.queue.enter(kind);
    try {
      return await this.runOnConnection(deadline, work, isUnnamed ? this.unprepared : this.prepared);
    } finally {
      this.queue.leave(kind);
    }
  }

  private async runOnConnection<T>(deadline: Deadline, work: Work<T>, names: PreparedStatements): Promise<T> {
    const loan = await this.connections.acquire();
    const { pool, client } = loan;
    if (deadline.hasExpired) {
      this.connections.release(loan, false);
      throw new StatementTimedOut(this.id);
    }
    let cancelling: Promise<boolean> | undefined;
    let isBroken = false;
    const run: RunStatement = (statement, values, execution) =>
      names.send(
        (isNamed) => client.query(new TextQuery(statement, values, isNamed, this.onStatement, execution)).rows,
      );
    const cancel = () => {
      cancelling ??= cancelStatement(client, pool.options, working);
    };
    // Also an error before its first statement must give the connection back.
    const working = (async () => work(this.observer.instrument?.(this.id, run) ?? run, cancel))();
    const forget = deadline.onExpired(cancel);
    try {
      return await working;
    } catch (error) {
      const meaning = translateError(this.id, error);
      isBroken = meaning instanceof DatabaseUnavailable;
      throw meaning;
    } finally {
      forget();
      // Given back only when no cancel can reach the next holder's statement.
      const isSound = (await cancelling) ?? true;
      this.connections.release(loan, isBroken || !isSound || hasSentOversized(client) || isInTransaction(client));
    }
  }

  /** True while a new request of this kind would probably wait for a connection in vain. */
  isOverloaded(kind: WorkKind): boolean {
    return this.queue.isOverloaded(kind);
  }

  /** Whether any statement was answered in the last `ms` milliseconds, with rows or an error. */
  hasRespondedWithin(ms: number): boolean {
    return performance.now() - this.lastResponseAt < ms;
  }

  /** Whether somebody is there to take a connection, all of which may be in use. Never rejects. */
  acceptsConnections(withinMs: number): Promise<boolean> {
    return requestTls(this.target, withinMs).then(
      () => true,
      () => false,
    );
  }

  /** How the pool is used at the moment; nothing before the first connection. */
  usage(): PoolUsage {
    return { ...this.connections.usage(), pending: this.queue.waiting };
  }

  /** True while a list or a large result waits for others to end. */
  get isBulkWaiting(): boolean {
    return this.queue.isBulkWaiting;
  }

  /** False when work of that kind would wait for others. */
  hasCapacityFor({ kind = 'short' }: WorkOptions): boolean {
    return kind === 'short' || this.queue.hasCapacity(kind);
  }

  /** Waits for connections in use and closes all. */
  close(): Promise<void> {
    return this.connections.close();
  }

  private readonly onStatement = (name: string, seconds: number) => {
    this.lastResponseAt = performance.now();
    this.observer.statementEnded(this.id, name, seconds);
  };
}

/** A cancel that came late may have hit the ROLLBACK or COMMIT. */
function isInTransaction(client: ClientBase): boolean {
  const status = client.getTransactionStatus();
  return status === 'T' || status === 'E';
}

/** Such a connection is closed: the server's process keeps memory of the size of the value until it ends. */
function hasSentOversized(client: ClientBase): boolean {
  return (connectionOf(client) as MessageConnection).hasSentOversized;
}
