import type { RunStatement } from './statement.js';

export interface DatabaseTarget {
  /** The db_id by which clients select this database. */
  readonly id: string;
  /** Connection string of the primary, in any form that `parseDsn` accepts. Secret. */
  readonly dsn: string;
  /** Connection strings of streaming replicas of the primary. Secret. */
  readonly replicas: readonly string[];
}

/** Limits of each connection pool. A statement timeout of 0 means no timeout. */
export interface PoolLimits {
  readonly size: number;
  readonly connectTimeoutMs: number;
  /** Time limit for waiting until a connection of the pool is free. */
  readonly queueTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** The schema and tables in which AgentOS keeps its sessions. */
export interface TableNames {
  readonly schema: string;
  readonly sessionTable: string;
  readonly runTable: string;
}

/** Receives database events for metrics and traces. Called on the hot path: must be fast and must not throw. */
export interface DatabaseObserver {
  /**
   * Called when the statement of this name has ended.
   *
   * @param errorType of a failed statement: SQLSTATE, or `connection_lost`
   */
  statementEnded(databaseId: string, name: string, seconds: number, errorType?: string): void;
  /** Called when a request has waited for a connection until the queue timeout. */
  connectionTimedOut(databaseId: string): void;
  /** Called when a request is rejected at once because the connection queue is overloaded. */
  requestRefused(databaseId: string): void;
  /** Called when work failed because of concurrent transactions. `willRetry`: false if its request is rejected. */
  transactionConflicted(databaseId: string, willRetry: boolean): void;
  /** Wraps the execution of statements, so that each statement gets a span in the trace of its request. */
  instrument?(databaseId: string, run: RunStatement): RunStatement;
}

/** Current numbers of used and idle connections of a pool, and of requests that wait for a connection (`pending`). */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  /** Maximum number of connections. */
  readonly max: number;
}

/** Receives log lines about connections. The lines contain no secrets. */
export interface DatabaseLog {
  log(message: string): void;
  warn(message: string): void;
}

/** The observer of command-line tools, which have no metrics. */
export const UNOBSERVED: DatabaseObserver = {
  statementEnded: () => undefined,
  connectionTimedOut: () => undefined,
  requestRefused: () => undefined,
  transactionConflicted: () => undefined,
};
export const UNLOGGED: DatabaseLog = { log: () => undefined, warn: () => undefined };

export interface DatabaseModuleOptions {
  /** All databases in the order of the DSN map. */
  readonly targets: readonly DatabaseTarget[];
  /** The db_id of the database that serves requests without db_id. */
  readonly defaultId: string;
  /** True: with several databases, a request without db_id is an error, as in AgentOS. */
  readonly requireId: boolean;
  readonly pool: PoolLimits;
  readonly tables: TableNames;
  readonly observer: DatabaseObserver;
}
