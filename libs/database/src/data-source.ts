import type { ClientBase, Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PoolLimits } from './database-options.js';
import { MAX_TIMER_MS } from './deadline.js';
import type { PoolTarget } from './dsn/pool-target.js';
import { MessageClient } from './message-connection.js';
import { clientsOf, destroyConnection } from './pg-internals.js';
import { withoutStatementTimeout } from './prepared-statements.js';

/** After so long without a byte the kernel asks whether the server is still there; the default is hours. In milliseconds. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** Builds the TypeORM DataSource of one database; nothing connects before `initialize()`. */
export function createDataSource(
  target: PoolTarget,
  limits: PoolLimits,
  onIdleError: (error: Error) => void,
): DataSource {
  const { tlsIfOffered: _, namedStatements: __, ...connection } = target;
  return new DataSource({
    type: 'postgres',
    poolSize: limits.size,
    connectTimeoutMS: limits.connectTimeoutMs,
    installExtensions: false,
    poolErrorHandler: onIdleError,
    extra: {
      Client: MessageClient,
      application_name: 'agno-session-service',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      idleTimeoutMillis: limits.idleTimeoutMs,
      ...connection,
      statement_timeout: (target.statement_timeout ?? limits.statementTimeoutMs) || undefined,
    },
  });
}

/** The pg pool of an open DataSource: the hot path takes its connections from here, beside the entity layer. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/** Opens the pool of a server with its first connection. Errors: those of the network, or what the server says. */
export async function openDataSource(
  target: PoolTarget,
  limits: PoolLimits,
  onIdleError: (error: Error) => void,
): Promise<DataSource> {
  try {
    return await initialize(target, limits, onIdleError);
  } catch (error) {
    const humbler = withoutStatementTimeout(target, error);
    if (humbler === undefined) throw error;
    return initialize(humbler, limits, onIdleError);
  }
}

async function initialize(
  target: PoolTarget,
  limits: PoolLimits,
  onIdleError: (error: Error) => void,
): Promise<DataSource> {
  const dataSource = createDataSource(target, limits, onIdleError);
  const pool = () => poolOf(dataSource) as Pool | undefined;
  // The pool's own limit ends when the server lets it in. TypeORM asks some questions then.
  const limitMs = Math.min(2 * (target.connectionTimeoutMillis ?? limits.connectTimeoutMs), MAX_TIMER_MS);
  const outOfPatience =
    limitMs > 0 ? setTimeout(() => connectionsOf(pool()).forEach(destroyConnection), limitMs) : undefined;
  try {
    return await dataSource.initialize();
  } catch (error) {
    // A pool that came into being before the failure would keep its connections.
    connectionsOf(pool()).forEach(destroyConnection);
    await pool()?.end();
    throw error;
  } finally {
    clearTimeout(outOfPatience);
  }
}

/** There is no pool while its first connection is being made. */
function connectionsOf(pool: Pool | undefined): readonly ClientBase[] {
  return pool === undefined ? [] : clientsOf(pool);
}
