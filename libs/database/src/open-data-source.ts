import type { ClientBase, Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { destroyConnection } from './cut-connection.js';
import { createDataSource, poolOf } from './data-source.js';
import type { PoolLimits } from './database-options.js';
import { MAX_TIMER_MS } from './deadline.js';
import type { PoolTarget } from './dsn/index.js';
import { clientsOf } from './pg-internals.js';
import { withoutStatementTimeout } from './pooler.js';

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
