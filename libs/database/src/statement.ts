import { createHash } from 'node:crypto';
import type { CancelKey } from './pg-internals.js';

/**
 * An SQL statement. PostgreSQL keeps the plan of a named statement per connection, for 1.8 times the throughput of
 * unnamed statements. So each name must always stand for the same SQL.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Runs before this statement with the same parameters, in one transaction and one round trip; its rows are ignored. So
   * under READ COMMITTED the statement sees what was committed while `first` waited for locks.
   * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
   */
  readonly first?: Statement | undefined;
  /**
   * Values longer than MAX_VALUE_BYTES: `marked` replaces each with OVERSIZED, `markedExcept` each outside of these columns;
   * otherwise the statement fails.
   */
  readonly longValues?: 'marked' | { readonly markedExcept: readonly string[] } | undefined;
  /** `omitted`: a null column has no property in the row, which is faster for many rows with many columns. */
  readonly nulls?: 'omitted' | undefined;
}

/**
 * Appends a digest of the SQL to the name, so that processes of different versions or settings can share the server
 * connections of a pooler. PostgreSQL truncates names to 63 bytes.
 */
export function namedStatement(name: string, sql: string): Statement {
  const digest = createHash('sha256').update(sql).digest('base64url').slice(0, 12);
  return { name: `${name.slice(0, 30)}:${digest}`, text: sql };
}

/** A statement parameter. JSON and integers beyond 2^53 are passed as strings. */
export type SqlValue = string | number | boolean | null | readonly (string | null)[];

/** A result row. Every column is the string that PostgreSQL prints, so that no number is rounded. */
export type TextRow = Record<string, string | null>;

export interface RowReceiver<Row> {
  /** Set when further rows are rejected. The statement then fails with this error. */
  readonly failure: Error | undefined;
  /**
   * Returns false to reject a row of that size; then neither this row nor any later row is decoded. Called twice for a
   * long row, first before memory is allocated for its message.
   */
  wants(bytes: number): boolean;
  receive(row: Row, bytes: number): void;
}

/** Options of an execution that does not collect all rows in memory. */
export interface Execution<Row> {
  /** Receives the rows; the statement's promise then resolves to an empty array. */
  readonly receiver: RowReceiver<Row>;
  readonly portal?: Portal | undefined;
}

/** Runs one statement on the connection that was acquired for a piece of work. */
export type RunStatement = <Row = TextRow>(
  statement: Statement,
  values: readonly SqlValue[],
  execution?: Execution<Row>,
) => Promise<Row[]>;

/** Work on one connection. `cancel` makes the running statement fail. `connection` is one object per connection. */
export type Work<T> = (run: RunStatement, cancel: () => void, connection: CancelKey) => Promise<T>;

/**
 * A result that is read in portions. Inside a transaction, a portal outlives the Sync after each portion. Between
 * portions the server waits for a command and can be cancelled; a server that is blocked while sending cannot.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class Portal {
  isBound = false;
  /** True when the server has sent the last row. */
  isOver = false;
  /** Maximum number of rows of the next portion. */
  maxRows = 1;
  /** Pauses or resumes reading from the connection during a portion. While reading is paused, the server is blocked. */
  pause: (isPaused: boolean) => void = () => undefined;
}

const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'rollback', text: 'ROLLBACK' };

/**
 * Runs work in a transaction: commits when it resolves, rolls back when it rejects.
 *
 * @param begin the BEGIN command with its transaction modes
 */
export async function inTransaction<T>(run: RunStatement, begin: string, work: () => Promise<T>): Promise<T> {
  await run({ name: 'begin', text: begin }, []);
  try {
    const result = await work();
    await run(COMMIT, []);
    return result;
  } catch (error) {
    await run(ROLLBACK, []).catch(() => undefined);
    throw error;
  }
}
