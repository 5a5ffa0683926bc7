import type { RunStatement } from './statement.js';

/** One entry of the DSN map. */
export interface DatabaseTarget {
  /** The db_id by which clients select this database. */
  readonly id: string;
  /** Connection string of the primary, in any form that `parseDsn` accepts. Secret. */
  readonly dsn: string;
  /** Connection strings of streaming replicas of the primary. Secret. */
  readonly replicas: readonly string[];
}

/** Limits of every pool. Times in milliseconds; a statement timeout of 0 means none. */
export interface PoolLimits {
  readonly size: number;
  readonly connectTimeoutMs: number;
  /** Time limit for the wait for one of the pool's connections. */
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
  /** The server has responded to a statement, with rows or an error. `name` is the statement's. */
  statementEnded(databaseId: string, name: string, seconds: number): void;
  /** A request waited for a connection until the queue timeout. */
  connectionTimedOut(databaseId: string): void;
  /** A request was rejected at once because the queue for a connection was overloaded. */
  requestRefused(databaseId: string): void;
  /** Wraps the execution of statements, so that each gets a span in the context of its request. */
  instrument?(databaseId: string, run: RunStatement): RunStatement;
}

/** Connections of a pool at the moment, and requests that wait for one. */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  /** Maximum number of connections. */
  readonly max: number;
}

/** Receives log lines about connections. They contain no secrets. */
export interface DatabaseLog {
  log(message: string): void;
  warn(message: string): void;
}

/** The observer of command-line tools, which have no metrics. */
export const UNOBSERVED: DatabaseObserver = {
  statementEnded: () => undefined,
  connectionTimedOut: () => undefined,
  requestRefused: () => undefined,
};
export const UNLOGGED: DatabaseLog = { log: () => undefined, warn: () => undefined };

export interface DatabaseModuleOptions {
  /** In the order of the DSN map. */
  readonly targets: readonly DatabaseTarget[];
  /** The database of requests without db_id. */
  readonly defaultId: string;
  /** As in AgentOS: a request without db_id is an error when there are several databases. */
  readonly requireId: boolean;
  readonly pool: PoolLimits;
  readonly tables: TableNames;
  readonly observer: DatabaseObserver;
}
