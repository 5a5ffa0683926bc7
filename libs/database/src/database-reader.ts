import type { WorkKind } from './connection-queue.js';
import type { Deadline } from './deadline.js';
import type { SqlValue, Statement, TextRow, Work } from './statement.js';

export interface WorkOptions {
  /** Kind of the work, on which its share of the connections depends. Default: `short`. */
  readonly kind?: WorkKind | undefined;
  /** Prepares no statements. Required in transactions, where an error about a statement's name cannot be retried. */
  readonly isUnnamed?: boolean;
  /**
   * Called when work has failed on a replica, or on the primary because of concurrent transactions. Returns true if the
   * work may be repeated on the primary; default true.
   */
  readonly mayRetry?: () => boolean;
}

/**
 * Runs read-only statements on the primary or a replica. They see at least every commit before the reader was chosen.
 */
export abstract class Reader {
  /** Name of the server in errors and log lines. */
  abstract readonly id: string;

  /**
   * Identifies the data that every standby shows when the reader is chosen: equal strings mean equal data. Null: unknown.
   * Undefined on the primary, where statements select the snapshot themselves.
   */
  get snapshot(): string | null | undefined {
    return undefined;
  }

  /**
   * The start of the primary, whose rows a replica shows, when the reader was chosen. Undefined on the primary, where
   * statements select it themselves.
   */
  get primaryStartedAt(): string | undefined {
    return undefined;
  }

  /** Runs work on one connection. Work that failed on a replica runs again on the primary, so it must not write. */
  abstract withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T>;

  /** Runs one statement, which is cancelled in PostgreSQL when the deadline expires. Errors: those of `Database`. */
  query<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
    options?: WorkOptions,
  ): Promise<Row[]> {
    return this.withConnection(deadline, (run) => run<Row>(statement, values), options);
  }
}
