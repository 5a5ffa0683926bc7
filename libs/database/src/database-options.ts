import type { RunStatement } from './statement.js';

/** One database of the DSN map. */
export interface DatabaseTarget {
  /** The db_id under which clients name it. */
  readonly id: string;
  /** Connection string in any of the forms that `parseDsn` takes. Secret. */
  readonly dsn: string;
  /** The same of servers that follow it by streaming replication. Secret. */
  readonly replicas: readonly string[];
}

/** Limits of every pool. Times in milliseconds; a statement limit of 0 means none. */
export interface PoolLimits {
  readonly size: number;
  readonly connectTimeoutMs: number;
  /** Time limit for the wait for one of the pool's connections. */
  readonly queueTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Where AgentOS keeps its tables. */
export interface TableNames {
  readonly schema: string;
  readonly sessionTable: string;
  readonly runTable: string;
}

/** Who wants to know how the databases do. Called on the hot path: must be quick and must not throw. */
export interface DatabaseObserver {
  /** A statement has been answered, with rows or an error. `name` is the statement's. */
  statementEnded(databaseId: string, name: string, seconds: number): void;
  /** A request waited for a connection until the queue timeout. */
  connectionTimedOut(databaseId: string): void;
  /** A request was rejected at once because the queue for a connection was overloaded. */
  requestRefused(databaseId: string): void;
  /** For those who follow each statement from beginning to end, in the context of who asked for it: runs it by `run`. */
  instrument?(databaseId: string, run: RunStatement): RunStatement;
}

/** What a pool is doing at the moment, in connections and in requests that wait for one. */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  /** The most connections that it may have. */
  readonly max: number;
}

/** Who wants to know in words what happens to connections. No word of it is secret. */
export interface DatabaseLog {
  log(message: string): void;
  warn(message: string): void;
}

/** For tools that nobody watches. */
export const UNOBSERVED: DatabaseObserver = {
  statementEnded: () => undefined,
  connectionTimedOut: () => undefined,
  requestRefused: () => undefined,
};
export const UNLOGGED: DatabaseLog = { log: () => undefined, warn: () => undefined };

export interface DatabaseModuleOptions {
  /** In the order written; the first is the default unless `defaultId` names another. */
  readonly targets: readonly DatabaseTarget[];
  readonly defaultId: string;
  /** Python's strictness: several databases and no db_id is an error instead of the default database. */
  readonly requireId: boolean;
  readonly pool: PoolLimits;
  readonly tables: TableNames;
  readonly observer: DatabaseObserver;
}
