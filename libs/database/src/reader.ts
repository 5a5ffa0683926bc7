import type { Deadline } from './deadline.js';
import type { SqlValue, Statement, TextRow } from './statement.js';

/**
 * Who answers the reads of one piece of work. Each of them sees whatever had been committed when the reader was chosen,
 * and perhaps more.
 */
export interface Reader {
  /**
   * What had been committed then, in words that stay the same while nothing is committed; null where nobody can tell.
   * Undefined: the primary itself answers, and its rows tell more exactly.
   */
  readonly snapshot?: string | null | undefined;

  /** Runs one statement that changes nothing. Errors: those of `Database`. */
  query<Row = TextRow>(statement: Statement, values: readonly SqlValue[], deadline: Deadline): Promise<Row[]>;
}
