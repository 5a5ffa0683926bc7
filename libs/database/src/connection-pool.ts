import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { openPool } from './data-source.js';
import { DatabaseUnavailable } from './database-errors.js';
import type { PoolLimits, PoolUsage } from './database-options.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { withOfferedTls } from './dsn/tls-options.js';
import { destroyConnection } from './pg-internals.js';
import { TextQuery } from './text-query.js';

/** A connection that was used within this time is not checked, in milliseconds. */
const VALIDATE_AFTER_MS = 1_000;
/** Time limit for the check of an idle connection, in milliseconds. */
const VALIDATION_TIMEOUT_MS = 1_000;
/** How often a pool that is to be closed is checked for waiting requests, in milliseconds. */
const RETIRE_POLL_MS = 100;

const PING = { name: 'ping', text: 'SELECT 1' };

/** A connection while a piece of work uses it, with the pool that it returns to. */
interface PooledConnection {
  readonly pool: Pool;
  readonly client: PoolClient;
}

/** The connections to one server: the pool opens with the first request, and again after a failure. */
export class ConnectionPool {
  private opening: Promise<Pool> | undefined;
  /** Undefined until the pool is open, and while another one is opened in its place. */
  private current: Pool | undefined;
  private isEncrypted = false;
  private isCheckingTls = false;
  /** Resolves when the pool that was replaced last is closed. */
  private retiring: Promise<unknown> = Promise.resolve();
  private readonly idleCheck = new IdleConnectionCheck();

  constructor(
    private readonly databaseId: string,
    private readonly dataSource: DataSource,
    private readonly target: PoolTarget,
    private readonly limits: PoolLimits,
    private readonly onIdleError: (error: Error) => void,
  ) {}

  /** Returns a live connection. @throws DatabaseUnavailable */
  async acquire(): Promise<PooledConnection> {
    const pool = await this.connect();
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        void this.reopenIfTlsChanged(pool);
        throw new DatabaseUnavailable(this.databaseId, error);
      });
      if (await this.idleCheck.validate(client)) return { pool, client };
      client.release(true);
    }
  }

  /** Returns a connection to the pool, or closes it if it is broken. */
  release({ client }: PooledConnection, isBroken: boolean): void {
    if (!isBroken) this.idleCheck.markUsed(client);
    client.release(isBroken);
  }

  /** Number of connections in use and idle; zero before the first connection. */
  usage(): Omit<PoolUsage, 'pending'> {
    const idle = this.current?.idleCount ?? 0;
    return { used: (this.current?.totalCount ?? 0) - idle, idle, max: this.limits.size };
  }

  /** Waits until no connection is in use, then closes all. */
  async close(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.retiring;
    // A pool that was replaced but has no successor is closed already.
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
   * Replaces the pool if the server has switched TLS on or off since it was opened, for example because another server
   * has taken over its address. Only for sslmode allow and prefer. Never rejects.
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

/** Closes a pool when no request waits for it: pg-pool would leave waiting requests without a response. */
async function retire(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await sleep(RETIRE_POLL_MS);
  await pool.end();
}

/**
 * Detects connections that died while idle. Firewalls and failovers drop connections silently; a request on such a
 * connection would wait until its deadline.
 */
class IdleConnectionCheck {
  private readonly usedAt = new WeakMap<PoolClient, number>();
  /** A connection that was last used before this time is considered dead, like the one that failed the check. */
  private deadBefore = 0;

  /** Records that the server has responded on this connection. */
  markUsed(client: PoolClient): void {
    this.usedAt.set(client, performance.now());
  }

  /** Returns whether a connection is usable, else destroys it. Queries the server only if it was idle for a while. */
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
    await client.query(new TextQuery(PING, [], false, () => undefined)).rows;
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
