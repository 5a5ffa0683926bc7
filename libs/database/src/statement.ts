import { createHash } from 'node:crypto';
import type { Portal } from './portal.js';

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
