import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PoolLimits } from './database-options.js';
import type { PoolTarget } from './dsn/index.js';
import { MessageClient } from './watched-client.js';

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
