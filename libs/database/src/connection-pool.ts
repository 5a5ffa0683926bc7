import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { openPool } from './data-source.js';
import { DatabaseClosed, DatabaseUnavailable } from './database-errors.js';
import type { PoolLimits, PoolUsage } from './database-options.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { withOfferedTls } from './dsn/tls-options.js';
import { destroyConnection } from './pg-internals.js';
import { TextQuery } from './text-query.js';

/** Idle time in milliseconds after which a connection is checked before it is used. */
const VALIDATE_AFTER_MS = 1_000;
/** Time limit in milliseconds for the check of an idle connection. */
const VALIDATION_TIMEOUT_MS = 1_000;
/** Interval in milliseconds at which a replaced pool is checked for waiting requests before it is closed. */
const RETIRE_POLL_MS = 100;

const PING = { name: 'ping', text: 'SELECT 1' };

/** A connection in use, with the pool to which it returns. */
interface PooledConnection {
  readonly pool: Pool;
  readonly client: PoolClient;
}

/** The connections to one server. The first request opens the pool; if that fails, the next request tries again. */
export class ConnectionPool {
  private opening: Promise<Pool> | undefined;
  /** The open pool; undefined before it is opened for the first time, and while its replacement is being opened. */
  private current: Pool | undefined;
  private isEncrypted = false;
  private isCheckingTls = false;
  /** Resolves when the most recently replaced pool is closed. */
  private retiring: Promise<unknown> = Promise.resolve();
  private readonly idleCheck = new IdleConnectionCheck();

  constructor(
    private readonly databaseId: string,
    private readonly dataSource: DataSource,
    private readonly target: PoolTarget,
    private readonly limits: PoolLimits,
    private readonly onIdleError: (error: Error) => void,
  ) {}

  /** Returns a live connection. @throws DatabaseUnavailable; DatabaseClosed after `close` */
  async acquire(): Promise<PooledConnection> {
    const pool = await this.connect();
    for (;;) {
      if (pool.ending) throw new DatabaseClosed(this.databaseId);
      const client = await pool.connect().catch((error: unknown) => {
        void this.reopenIfTlsChanged(pool);
        throw new DatabaseUnavailable(this.databaseId, error);
      });
      if (await this.idleCheck.validate(client)) return { pool, client };
      client.release(true);
    }
  }

  /** Returns a connection to its pool, or closes it if it is broken. */
  release({ client }: PooledConnection, isBroken: boolean): void {
    if (!isBroken) this.idleCheck.markUsed(client);
    client.release(isBroken);
  }

  /** Numbers of used and idle connections; both are 0 before the pool is open. */
  usage(): Omit<PoolUsage, 'pending'> {
    const idle = this.current?.idleCount ?? 0;
    return { used: (this.current?.totalCount ?? 0) - idle, idle, max: this.limits.size };
  }

  /** Waits until no connection is in use, then closes all connections. */
  async close(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.retiring;
    // Without a current pool, `retire` has already closed the connections of the DataSource.
    if (this.current !== undefined && this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Opens the pool unless it is open. Concurrent callers share one attempt. */
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
    const pool = await openPool(this.dataSource, target, this.limits, this.onIdleError);
    this.isEncrypted = Boolean(target.ssl);
    this.current = pool;
    return pool;
  }

  /**
   * Replaces the pool if the server has switched TLS on or off since the pool was opened, for example because another
   * server has taken over the address. Applies to sslmode allow and prefer only. Never rejects.
   */
  private async reopenIfTlsChanged(pool: Pool): Promise<void> {
    if (!this.target.tlsIfOffered || this.isCheckingTls) return;
    this.isCheckingTls = true;
    const offered = await withOfferedTls(this.target, this.limits.connectTimeoutMs).catch(() => undefined);
    this.isCheckingTls = false;
    if (offered === undefined || Boolean(offered.ssl) === this.isEncrypted || this.current !== pool) return;
    this.opening = undefined;
    this.current = undefined;
    this.retiring = retire(pool).catch(() => undefined);
  }
}

/** Closes a pool when no request waits for its connections: pg-pool would never settle the waiting requests. */
async function retire(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await sleep(RETIRE_POLL_MS);
  await pool.end();
}

/**
 * Detects connections that a firewall or a failover has dropped silently while they were idle. A statement on such a
 * connection would wait for a response until its deadline.
 */
class IdleConnectionCheck {
  private readonly usedAt = new WeakMap<PoolClient, number>();
  /** After a failed check, connections last used before this time are treated as dead without another check. */
  private deadBefore = 0;

  /** Records that the server has responded on this connection. */
  markUsed(client: PoolClient): void {
    this.usedAt.set(client, performance.now());
  }

  /** Returns true for a live connection; destroys a dead one. Queries the server only after VALIDATE_AFTER_MS idle. */
  async validate(client: PoolClient): Promise<boolean> {
    const now = performance.now();
    const usedAt = this.usedAt.get(client) ?? now;
    if (usedAt >= this.deadBefore && (now - usedAt < VALIDATE_AFTER_MS || (await responds(client)))) return true;
    this.deadBefore = Math.max(this.deadBefore, now - VALIDATE_AFTER_MS);
    destroyConnection(client);
    return false;
  }
}

async function responds(client: PoolClient): Promise<boolean> {
  const timer = setTimeout(() => destroyConnection(client), VALIDATION_TIMEOUT_MS);
  try {
    await client.query(new TextQuery(PING, [], 'unnamed', () => undefined)).rows;
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
