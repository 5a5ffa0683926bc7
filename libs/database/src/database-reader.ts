import type { WorkKind } from './connection-queue.js';
import type { Deadline } from './deadline.js';
import type { SqlValue, Statement, TextRow, Work } from './statement.js';

export interface WorkOptions {
  /** `short` unless it is given. */
  readonly kind?: WorkKind | undefined;
  /** The statements are parsed each time, as they must be where one cannot be sent again. */
  readonly isUnnamed?: boolean;
  /** Asked before work that a replica did not finish is done by the primary. */
  readonly mayRetry?: () => boolean;
}

/**
 * Who answers the reads of one piece of work. Each of them sees whatever had been committed when the reader was chosen,
 * and perhaps more.
 */
export abstract class Reader {
  /** For errors and the log. */
  abstract readonly id: string;

  /**
   * What had been committed then, in words that stay the same while nothing is committed; null where nobody can tell.
   * Undefined: the primary itself answers, and its rows tell more exactly.
   */
  get snapshot(): string | null | undefined {
    return undefined;
  }

  /** Does work on one connection; through a replica that fails a second time, on the primary. It must change nothing then. */
  abstract withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T>;

  /** Runs one statement, which is cancelled in PostgreSQL when the deadline passes. Errors: those of `Database`. */
  query<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
    options?: WorkOptions,
  ): Promise<Row[]> {
    return this.withConnection(deadline, (run) => run<Row>(statement, values), options);
  }
}
