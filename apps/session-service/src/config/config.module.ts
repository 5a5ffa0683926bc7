import type { AuthOptions } from '@session-service/auth';
import type { TraceOptions } from '@session-service/telemetry';

/** Everything the service can be told from outside, parsed and validated. Times in milliseconds, sizes in bytes. */
export interface ServiceConfig {
  /** At least one, in the order written. */
  readonly databases: readonly DatabaseConfig[];
  /** The id of one of `databases`. */
  readonly defaultDatabaseId: string;
  /** Python's strictness: with several databases, a request without `db_id` is a 400. */
  readonly requireDatabaseId: boolean;
  readonly port: number;
  readonly host: string;
  /** Where AgentOS keeps its tables: plain SQL identifiers. */
  readonly schema: string;
  readonly sessionTable: string;
  readonly runTable: string;
  /** Processes that serve the port together. */
  readonly workers: number;
  readonly requestTimeoutMs: number;
  /** From being told to stop until no more requests are taken; the service is not ready meanwhile. */
  readonly drainDelayMs: number;
  readonly pool: PoolConfig;
  readonly auth: AuthOptions;
  readonly bodyLimitBytes: number;
  /** Limit of the memory that the requests of one process hold together: bodies, rows and responses. */
  readonly memoryBudgetBytes: number;
  /** Client connections of one process. */
  readonly maxConnections: number;
  /** Addresses, CIDR ranges and range names, as Fastify's `trustProxy` takes them. Empty: trust nobody. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** Undefined: no traces. */
  readonly traces: TraceOptions | undefined;
}

export interface DatabaseConfig {
  /** The `db_id` under which clients name this database. */
  readonly id: string;
  /** Connection string. Secret: never log it, log `describeDsn` of it. */
  readonly dsn: string;
  /** The same of the standbys that may be read instead of it. Secret. */
  readonly replicas: readonly string[];
}

/** Limits of each database's connection pool, all workers together. A statement limit of 0 is not sent to the server. */
export interface PoolConfig {
  readonly size: number;
  readonly connectTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
