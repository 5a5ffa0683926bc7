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

/** Runs one statement on the connection that a piece of work holds. */
export type Run = <Row = TextRow>(statement: Statement, values: readonly SqlValue[]) => Promise<Row[]>;
