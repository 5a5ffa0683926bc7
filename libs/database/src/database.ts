import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { cancelStatement } from './cancel-statement.js';
import { createDataSource, poolOf } from './data-source.js';
import { DatabaseOverloaded, DatabaseUnavailable, StatementTimedOut, translate } from './database-errors.js';
import type { DatabaseObserver, PoolLimits, PoolUse } from './database-options.js';
import type { Deadline } from './deadline.js';
import { type PoolTarget, parseDsn, withOfferedTls } from './dsn/index.js';
import { RestedConnections } from './rested-connections.js';
import type { SqlValue, Statement, TextRow } from './statement.js';
import { TextQuery } from './text-query.js';
import { WaitingLine } from './waiting-line.js';

/** Runs one statement on the connection that a piece of work holds. */
export type Run = <Row = TextRow>(statement: Statement, values: readonly SqlValue[]) => Promise<Row[]>;

/**
 * One database of the map: connects when first needed, again after a failure, and runs statements.
 * Errors: DatabaseUnavailable, DatabaseOverloaded, StatementTimedOut, or what the driver reported.
 */
export class Database {
  private opening: Promise<Pool> | undefined;
  private dataSource: DataSource | undefined;
  private readonly line = new WaitingLine();
  /** Made once: a refusal must cost next to nothing. */
  private readonly overloaded: DatabaseOverloaded;
  private answeredAt = Number.NEGATIVE_INFINITY;
  private readonly rested = new RestedConnections();
  private readonly target: PoolTarget;

  constructor(
    readonly id: string,
    dsn: string,
    private readonly limits: PoolLimits,
    private readonly observer: DatabaseObserver,
    private readonly onIdleError: (error: Error) => void,
  ) {
    this.target = parseDsn(dsn);
    this.overloaded = new DatabaseOverloaded(id);
  }

  /**
   * To be asked before a request begins its work. A line in which people wait long does not get shorter by growing: who
   * comes now is told at once to come back later, and those who are in it are served in time.
   *
   * @throws DatabaseOverloaded
   */
  admit(): void {
    if (this.line.waitMs() < this.limits.queueTimeoutMs || this.canOpenMore()) return;
    this.observer.requestRefused(this.id);
    throw this.overloaded;
  }

  /** Runs one statement; it is cancelled in PostgreSQL when the deadline passes. */
  query<Row = TextRow>(statement: Statement, values: readonly SqlValue[], deadline: Deadline): Promise<Row[]> {
    return this.withConnection(deadline, (run) => run<Row>(statement, values));
  }

  /** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
  transaction<T>(deadline: Deadline, work: (run: Run) => Promise<T>): Promise<T> {
    return this.withConnection(deadline, async (run) => {
      await run(BEGIN, []);
      try {
        const result = await work(run);
        await run(COMMIT, []);
        return result;
      } catch (error) {
        await run(ROLLBACK, []).catch(() => undefined);
        throw error;
      }
    });
  }

  /** Opens the pool unless it is open; one attempt serves all who wait. */
  async connect(): Promise<Pool> {
    const opening = this.opening ?? this.open();
    this.opening = opening;
    try {
      return await opening;
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      throw new DatabaseUnavailable(this.id, error);
    }
  }

  /** Whether any statement was answered in the last `ms` milliseconds, with rows or an error. */
  hasAnsweredWithin(ms: number): boolean {
    return performance.now() - this.answeredAt < ms;
  }

  /** How the pool is used at the moment; nothing before the first connection. */
  use(): PoolUse {
    const pool = this.openPool;
    const idle = pool?.idleCount ?? 0;
    return { used: (pool?.totalCount ?? 0) - idle, idle, pending: pool?.waitingCount ?? 0, max: this.limits.size };
  }

  /** Waits for connections in use and closes all. */
  async close(): Promise<void> {
    await this.opening?.catch(() => undefined);
    if (this.dataSource?.isInitialized) await this.dataSource.destroy();
  }

  private get openPool(): Pool | undefined {
    return this.dataSource?.isInitialized ? poolOf(this.dataSource) : undefined;
  }

  private async open(): Promise<Pool> {
    const target = await withOfferedTls(this.target, this.limits.connectTimeoutMs);
    const dataSource = createDataSource(target, this.limits, this.onIdleError);
    try {
      const pool = poolOf(await dataSource.initialize());
      this.dataSource = dataSource;
      return pool;
    } catch (error) {
      // A pool that came into being before the failure would keep its connections.
      await (poolOf(dataSource) as Pool | undefined)?.end();
      throw error;
    }
  }

  private async withConnection<T>(deadline: Deadline, work: (run: Run) => Promise<T>): Promise<T> {
    const place = this.line.join();
    const { pool, client } = await this.checkOut().finally(() => this.line.leave(place));
    if (deadline.hasPassed) {
      giveBack(client);
      throw new StatementTimedOut(this.id);
    }
    let cancelling: Promise<void> | undefined;
    let broken = false;
    const working = work(
      <Row>(statement: Statement, values: readonly SqlValue[]) =>
        client.query(new TextQuery<Row>(statement, values, this.target.namedStatements, this.onStatement)).rows,
    );
    const forget = deadline.onPassed(() => {
      cancelling = cancelStatement(client, pool.options, working);
    });
    try {
      return await working;
    } catch (error) {
      const meaning = translate(this.id, error);
      broken = meaning instanceof DatabaseUnavailable;
      throw meaning;
    } finally {
      forget();
      // Given back only when no cancel can reach the next holder's statement.
      await cancelling;
      if (!broken) this.rested.heard(client);
      giveBack(client, broken);
    }
  }

  private readonly onStatement = (name: string, seconds: number) => {
    this.answeredAt = performance.now();
    this.observer.statementEnded(this.id, name, seconds);
  };

  /** Then nobody waits for others, however long connecting takes. */
  private canOpenMore(): boolean {
    return this.openPool?.waitingCount === 0;
  }

  private async checkOut(): Promise<{ pool: Pool; client: PoolClient }> {
    const pool = await this.connect();
    for (;;) {
      const client = await this.lend(pool);
      if (await this.rested.isAlive(client)) return { pool, client };
      giveBack(client, true);
    }
  }

  private async lend(pool: Pool): Promise<PoolClient> {
    try {
      return (await pool.connect()).on('error', ignore);
    } catch (error) {
      if (isPoolTimeout(error)) this.observer.connectionTimedOut(this.id);
      throw new DatabaseUnavailable(this.id, error);
    }
  }
}

function giveBack(client: PoolClient, broken = false): void {
  client.off('error', ignore);
  client.release(broken);
}

/** pg-pool has no code for it. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

/** A connection that dies under its holder must not end the process: the statement that runs, or the next, fails. */
function ignore(): void {}

const BEGIN: Statement = { name: 'begin', text: 'BEGIN' };
const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'rollback', text: 'ROLLBACK' };
