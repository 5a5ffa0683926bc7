import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { openDataSource, poolOf } from './data-source.js';
import { DatabaseUnavailable } from './database-errors.js';
import type { PoolLimits, PoolUsage } from './database-options.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { withOfferedTls } from './dsn/tls-options.js';
import { destroyConnection } from './pg-internals.js';
import { TextQuery } from './text-query.js';

/** A connection that was used less long ago is believed to be alive, in milliseconds. */
const VALIDATE_AFTER_MS = 1_000;
/** How long a connection may take to show that it is alive, in milliseconds. */
const VALIDATION_TIMEOUT_MS = 1_000;

/**
 * Tells connections that died while they rested in the pool: firewalls and fail-overs forget connections without a word,
 * and a request on one of them would wait for its whole deadline.
 */
export class IdleConnectionCheck {
  private readonly usedAt = new WeakMap<PoolClient, number>();
  /** Connections that were not heard from since are as dead as the one that was found dead then. */
  private deadBefore = 0;

  /** The server has answered on this connection. */
  markUsed(client: PoolClient): void {
    this.usedAt.set(client, performance.now());
  }

  /** Whether a connection from the pool can be used; one that cannot is cut. Asks the server only after a rest. */
  async validate(client: PoolClient): Promise<boolean> {
    const now = performance.now();
    const heard = this.usedAt.get(client) ?? now;
    if (heard >= this.deadBefore && (now - heard < VALIDATE_AFTER_MS || (await responds(client)))) return true;
    this.deadBefore = Math.max(this.deadBefore, now - VALIDATE_AFTER_MS);
    destroyConnection(client);
    return false;
  }
}

async function responds(client: PoolClient): Promise<boolean> {
  const outOfPatience = setTimeout(() => destroyConnection(client), VALIDATION_TIMEOUT_MS);
  try {
    await client.query(new TextQuery(PING, [], false, () => undefined)).rows;
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(outOfPatience);
  }
}

const PING = { name: 'nothing', text: 'SELECT 1' };

/** A connection in the hands of one piece of work, and the pool that it goes back to. */
export interface PooledConnection {
  readonly pool: Pool;
  readonly client: PoolClient;
}

/** The connections to one database: opened when first needed, again after a failure, and lent one by one. */
export class ConnectionPool {
  private opening: Promise<Pool> | undefined;
  private dataSource: DataSource | undefined;
  private isEncrypted = false;
  private isCheckingTls = false;
  /** The end of a pool that another one has replaced. */
  private retiring: Promise<unknown> = Promise.resolve();
  private readonly idleCheck = new IdleConnectionCheck();

  constructor(
    private readonly databaseId: string,
    private readonly target: PoolTarget,
    private readonly limits: PoolLimits,
    private readonly onIdleError: (error: Error) => void,
  ) {}

  /** A connection that is alive. @throws DatabaseUnavailable */
  async acquire(): Promise<PooledConnection> {
    const pool = await this.connect();
    for (;;) {
      const client = await this.acquireFrom(pool);
      if (await this.idleCheck.validate(client)) return { pool, client };
      client.release(true);
    }
  }

  /** Takes a connection back; one that is broken is closed. */
  release({ client }: PooledConnection, isBroken: boolean): void {
    if (!isBroken) this.idleCheck.markUsed(client);
    client.release(isBroken);
  }

  /** How the pool is used at the moment; nothing before the first connection. */
  usage(): Omit<PoolUsage, 'pending'> {
    const pool = this.openPool;
    const idle = pool?.idleCount ?? 0;
    return { used: (pool?.totalCount ?? 0) - idle, idle, max: this.limits.size };
  }

  /** Waits for connections in use and closes all. */
  async close(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.retiring;
    await this.dataSource?.destroy();
  }

  private get openPool(): Pool | undefined {
    return this.dataSource && poolOf(this.dataSource);
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
    this.isEncrypted = Boolean(target.ssl);
    this.dataSource = await openDataSource(target, this.limits, this.onIdleError);
    return poolOf(this.dataSource);
  }

  private async acquireFrom(pool: Pool): Promise<PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      void this.reopenIfTlsChanged(pool);
      throw new DatabaseUnavailable(this.databaseId, error);
    }
  }

  /**
   * Opens the pool anew where the server does not offer any more what it offered then: another one may have come in its
   * place. Never rejects.
   */
  private async reopenIfTlsChanged(pool: Pool): Promise<void> {
    if (!this.target.tlsIfOffered || this.isCheckingTls) return;
    this.isCheckingTls = true;
    const offered = await withOfferedTls(this.target, this.limits.connectTimeoutMs).catch(() => undefined);
    this.isCheckingTls = false;
    const { dataSource } = this;
    if (offered === undefined || Boolean(offered.ssl) === this.isEncrypted) return;
    if (dataSource === undefined || poolOf(dataSource) !== pool) return;
    this.opening = undefined;
    this.dataSource = undefined;
    this.retiring = retire(dataSource).catch(() => undefined);
  }
}

/** Ends a pool when nobody waits for it any more: a pool that ends leaves those waiting, some of them for ever. */
async function retire(dataSource: DataSource): Promise<void> {
  while (poolOf(dataSource).waitingCount > 0) await sleep(RETIRE_POLL_MS);
  await dataSource.destroy();
}

/** How often a pool is looked at that is to end, in milliseconds. */
const RETIRE_POLL_MS = 100;
