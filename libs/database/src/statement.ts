import { createHash } from 'node:crypto';

/**
 * SQL under a name. The name makes PostgreSQL keep the plan per connection (1.8 times the throughput of plain text), so
 * one name must always stand for one text.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * What becomes of a value longer than MAX_VALUE_BYTES. By default the statement fails with StoredValueTooLong; `marked`:
   * OVERSIZED stands in its place.
   */
  readonly longValues?: 'marked' | undefined;
  /** `omitted`: a row has no property for a column that is null. Worth it for many rows of many columns. */
  readonly nulls?: 'omitted' | undefined;
}

/**
 * A statement whose name holds a digest of its text: so one name stands for one text also where processes of several
 * versions or settings share a server's connections. PostgreSQL cuts names at 63 bytes.
 */
export function namedStatement(name: string, text: string): Statement {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 12);
  return { name: `${name.slice(0, 30)}:${digest}`, text };
}

/** A parameter as the driver takes it. JSON and integers beyond 2^53 travel as their text. */
export type SqlValue = string | number | boolean | null | readonly (string | null)[];

/** A result row: every column arrives as the text PostgreSQL prints, so that no number is ever rounded. */
export type TextRow = Record<string, string | null>;

/** Takes the rows of a statement as they arrive. */
export interface RowReceiver<Row> {
  /** Why no more rows are wanted. The statement fails with it. */
  readonly failure: Error | undefined;
  /**
   * False when the row is not wanted: then it is not decoded, nor is any behind it. A long row is asked for twice, first
   * before memory is taken for its message.
   */
  wants(bytes: number): boolean;
  receive(row: Row, bytes: number): void;
}

/** Options of an execution that does not collect all rows in memory. */
export interface Execution<Row> {
  /** Takes the rows, so that the statement's promise resolves to none. */
  readonly receiver: RowReceiver<Row>;
  readonly portal?: Portal | undefined;
}

/** Runs one statement on the connection that a piece of work holds. */
export type RunStatement = <Row = TextRow>(
  statement: Statement,
  values: readonly SqlValue[],
  execution?: Execution<Row>,
) => Promise<Row[]>;

/** Work on one connection. `cancel` cancels the running statement, which fails then. */
export type Work<T> = (run: RunStatement, cancel: () => void) => Promise<T>;

/**
 * A result that is read in portions. Inside a transaction a portal outlives the Sync behind each portion, so that between
 * portions the server waits for a command, and can be cancelled. A server that is blocked while it sends cannot.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class Portal {
  isBound = false;
  /** The last row has been sent. */
  isOver = false;
  /** Limit of the next portion. */
  maxRows = 1;
  /** Stops reading the connection while a portion is on its way, or goes on; the server is blocked meanwhile. */
  pause: (isPaused: boolean) => void = () => undefined;
}

const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'rollback', text: 'ROLLBACK' };

/**
 * Does work in a transaction: committed when it resolves, rolled back when it throws.
 *
 * @param begin the command that begins it, with its modes
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
