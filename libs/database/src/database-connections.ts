import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, poolOf } from './data-source.js';
import { DatabaseUnavailable } from './database-errors.js';
import type { DatabaseObserver, PoolLimits, PoolUse } from './database-options.js';
import { withTimeLimit } from './deadline.js';
import { type PoolTarget, refusesTlsChoice, withOfferedTls } from './dsn/index.js';
import { withoutRefusedLimit } from './pooler.js';
import { RestedConnections } from './rested-connections.js';
import { WaitingLine } from './waiting-line.js';

/** A connection in the hands of one piece of work, and the pool that it goes back to. */
export interface Loan {
  readonly pool: Pool;
  readonly client: PoolClient;
}

/** The connections to one database: opened when first needed, again after a failure, and lent one by one. */
export class DatabaseConnections {
  private opening: Promise<Pool> | undefined;
  private dataSource: DataSource | undefined;
  private readonly rested = new RestedConnections();
  private readonly line: WaitingLine;

  constructor(
    private readonly databaseId: string,
    private readonly target: PoolTarget,
    private readonly limits: PoolLimits,
    private readonly observer: DatabaseObserver,
    private readonly onIdleError: (error: Error) => void,
  ) {
    this.line = new WaitingLine(limits.size);
  }

  /** A connection that is alive. @throws DatabaseUnavailable */
  async lend(): Promise<Loan> {
    const place = this.line.join();
    try {
      const pool = await this.connect();
      for (;;) {
        const client = await this.takeFrom(pool);
        if (await this.rested.isAlive(client)) return { pool, client };
        client.release(true);
      }
    } finally {
      this.line.leave(place);
    }
  }

  /** Takes a connection back; one that is broken is closed. */
  takeBack({ client }: Loan, isBroken: boolean): void {
    if (!isBroken) this.rested.heard(client);
    client.release(isBroken);
  }

  /**
   * Whether whoever joins those who wait would wait too long. While the pool is open and has connections left to make,
   * nobody waits for others, however long that takes; until it is open, all wait for the server.
   */
  areCrowded(): boolean {
    return this.line.waitMs() >= this.limits.queueTimeoutMs && this.openPool?.waitingCount !== 0;
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

  /** Opens the pool unless it is open; one attempt serves all who wait. */
  private async connect(): Promise<Pool> {
    const opening = this.opening ?? this.open();
    this.opening = opening;
    try {
      return await opening;
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      throw new DatabaseUnavailable(this.databaseId, error);
    }
  }

  private async open(): Promise<Pool> {
    const target = await withOfferedTls(this.target, this.limits.connectTimeoutMs);
    try {
      return await this.openTo(target);
    } catch (error) {
      const humbler = withoutRefusedLimit(target, error);
      if (humbler === undefined) throw error;
      return this.openTo(humbler);
    }
  }

  /** A server that lets us in and then says nothing keeps a connection, but nobody who waits for the pool. */
  private openTo(target: PoolTarget): Promise<Pool> {
    return withTimeLimit(2 * this.limits.connectTimeoutMs, async (deadline) => {
      const opened = await this.initialize(createDataSource(target, this.limits, this.onIdleError));
      if (deadline.hasPassed) await opened.destroy();
      else this.dataSource = opened;
      return poolOf(opened);
    });
  }

  private async initialize(dataSource: DataSource): Promise<DataSource> {
    try {
      return await dataSource.initialize();
    } catch (error) {
      // A pool that came into being before the failure would keep its connections.
      await (poolOf(dataSource) as Pool | undefined)?.end();
      throw error;
    }
  }

  /** What the server said about TLS when the pool was opened does not hold any more: it may be another one by now. */
  private openAnew(outdated: Pool): void {
    const { dataSource } = this;
    if (dataSource === undefined || poolOf(dataSource) !== outdated) return;
    this.opening = undefined;
    this.dataSource = undefined;
    void dataSource.destroy().catch(() => undefined);
  }

  private async takeFrom(pool: Pool): Promise<PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      if (isPoolTimeout(error)) this.observer.connectionTimedOut(this.databaseId);
      if (this.target.tlsIfOffered && refusesTlsChoice(error)) this.openAnew(pool);
      throw new DatabaseUnavailable(this.databaseId, error);
    }
  }
}

/** pg-pool has no code for it. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}
