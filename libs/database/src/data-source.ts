import pg, { type Pool } from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { PoolLimits } from './database-options.js';
import { MAX_TIMER_MS } from './deadline.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { MessageClient } from './message-connection.js';
import { clientsOf, destroyConnection, poolOf } from './pg-internals.js';

/** Idle time in milliseconds before TCP keep-alive probes are sent, to detect a dead server. Linux waits two hours. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/**
 * Options of the TypeORM DataSource for one server. TypeORM passes `extra` to the pg pool. `driver` is the pg of this
 * bundle; without it, TypeORM would load a second copy of pg from node_modules.
 */
export function dataSourceOptions(target: PoolTarget, limits: PoolLimits) {
  const { tlsIfOffered: _, namedStatements: __, ...connection } = target;
  return {
    type: 'postgres',
    driver: pg,
    poolSize: limits.size,
    connectTimeoutMS: limits.connectTimeoutMs,
    installExtensions: false,
    extra: {
      Client: MessageClient,
      application_name: 'agno-session-service',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      idleTimeoutMillis: limits.idleTimeoutMs,
      ...connection,
      statement_timeout: (target.statement_timeout ?? limits.statementTimeoutMs) || undefined,
    },
  } satisfies DataSourceOptions;
}

/**
 * Opens a pool with its first connection and makes it the pool of the DataSource. The caller closes the previous pool,
 * if any. Errors: those of the network or the server.
 *
 * @param onIdleError called when an idle connection fails
 */
export async function openPool(
  dataSource: DataSource,
  target: PoolTarget,
  limits: PoolLimits,
  onIdleError: (error: Error) => void,
): Promise<Pool> {
  const open = async (openTarget: PoolTarget) => {
    dataSource.setOptions({ ...dataSourceOptions(openTarget, limits), poolErrorHandler: onIdleError });
    if (dataSource.isInitialized) await dataSource.driver.connect();
    else await initialize(dataSource, 2 * (target.connectionTimeoutMillis ?? limits.connectTimeoutMs));
  };
  try {
    await open(target);
  } catch (error) {
    const retryTarget = withoutStatementTimeout(target, error);
    if (retryTarget === undefined) throw error;
    await open(retryTarget);
  }
  return poolOf(dataSource) as Pool;
}

/** Limits also TypeORM's queries on the first connection, to which pg's connect timeout does not apply. 0: no limit. */
async function initialize(dataSource: DataSource, timeoutMs: number): Promise<void> {
  const destroyConnections = () => {
    const pool = poolOf(dataSource);
    if (pool !== undefined) clientsOf(pool).forEach(destroyConnection);
  };
  const timer = timeoutMs > 0 ? setTimeout(destroyConnections, Math.min(timeoutMs, MAX_TIMER_MS)) : undefined;
  try {
    await dataSource.initialize();
  } catch (error) {
    // TypeORM leaves a pool open when a query on its first connection fails.
    destroyConnections();
    const pool = poolOf(dataSource);
    if (pool?.ending === false) await pool.end();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns the target without our default statement timeout if PgBouncer has rejected this startup parameter; undefined
 * if the DSN sets the timeout or another error occurred. Deadlines still cancel slow statements.
 * https://www.pgbouncer.org/config.html
 */
function withoutStatementTimeout(target: PoolTarget, error: unknown): PoolTarget | undefined {
  const isRejected = error instanceof Error && error.message === 'unsupported startup parameter: statement_timeout';
  return isRejected && target.statement_timeout === undefined ? { ...target, statement_timeout: 0 } : undefined;
}
