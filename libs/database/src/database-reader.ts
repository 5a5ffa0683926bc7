import type { WorkKind } from './connection-queue.js';
import type { Deadline } from './deadline.js';
import type { SqlValue, Statement, TextRow, Work } from './statement.js';

export interface WorkOptions {
  /** Default: `short`. */
  readonly kind?: WorkKind | undefined;
  /** Sends statements without a name. Required where a statement that fails for its name cannot be sent again. */
  readonly isUnnamed?: boolean;
  /** Called before work that failed on a replica is repeated on the primary. */
  readonly mayRetry?: () => boolean;
}

/** Runs read-only statements on the primary or a replica. They see at least all commits before the reader was chosen. */
export abstract class Reader {
  /** Name of the server in errors and log lines. */
  abstract readonly id: string;

  /**
   * Identifies the state that was committed when the reader was chosen: equal strings mean equal states. Null when
   * unknown. Undefined on the primary, whose rows carry their own snapshot.
   */
  get snapshot(): string | null | undefined {
    return undefined;
  }

  /** Runs work on one connection. Work that failed on a replica runs again on the primary, so it must not write. */
  abstract withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T>;

  /** Runs one statement; it is cancelled in PostgreSQL when the deadline expires. Errors: those of `Database`. */
  query<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
    options?: WorkOptions,
  ): Promise<Row[]> {
    return this.withConnection(deadline, (run) => run<Row>(statement, values), options);
  }
}
