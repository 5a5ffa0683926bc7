import type { WorkKind } from './connection-queue.js';
import type { Deadline } from './deadline.js';
import type { SqlValue, Statement, TextRow, Work } from './statement.js';

export interface WorkOptions {
  /** `short` unless it is given. */
  readonly kind?: WorkKind | undefined;
  /** The statements are parsed each time, as they must be where one cannot be sent again. */
  readonly isUnnamed?: boolean;
  /** Asked before work that a replica did not finish is done by the primary. */
  readonly mayRepeat?: () => boolean;
}

/**
 * Who answers the reads of one piece of work. Each of them sees whatever had been committed when the reader was chosen,
 * and perhaps more.
 */
export interface Reader {
  /** For errors and the log. */
  readonly id: string;
  /**
   * What had been committed then, in words that stay the same while nothing is committed; null where nobody can tell.
   * Undefined: the primary itself answers, and its rows tell more exactly.
   */
  readonly snapshot?: string | null | undefined;

  /** Runs one statement that changes nothing. Errors: those of `Database`. */
  query<Row = TextRow>(
    statement: Statement,
    values: readonly SqlValue[],
    deadline: Deadline,
    options?: WorkOptions,
  ): Promise<Row[]>;

  /** Does work that changes nothing on one connection; a second time, on another server, when a replica fails. */
  work<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T>;
}
