import { ChangedValueTooLong, MAX_VALUE_BYTES, type SqlValue, sqlState } from '@session-service/database';
import { rejectedCharacter } from './sql/session-filter.js';

/** A run of a new session has the id of an existing run. */
export class RunIdTaken extends Error {}

/** The id of a new session does not fit into the primary key's index. The limit depends on how well the id compresses. */
export class SessionIdTooLong extends Error {}

/** A value to be stored exceeds a limit of PostgreSQL, or would be too long to be read. Nothing was stored. */
export class ValueTooLarge extends Error {}

/** A value to be stored has a character that the database's encoding does not have. Nothing was stored. */
export class UnstorableCharacter extends Error {
  constructor(readonly character: string) {
    super(`The encoding of the database has no character '${character}'`);
  }
}

/** The position after which a page should begin is none of the list: its values do not fit the columns, or the layout changed. */
export class InvalidPosition extends Error {}

/**
 * True if PostgreSQL could not read one of the parameters. 22P02, 22003, 22007, 22008: the text of a number, JSON or time of
 * another type, or out of range.
 */
export function isUnreadableValue(error: unknown, values: readonly unknown[]): boolean {
  if (['22P02', '22003', '22007', '22008'].includes(sqlState(error) ?? '')) return true;
  return rejectedCharacter(error, values) !== undefined;
}

/** SQLSTATE classes of errors that depend on the statement and its rows, not on concurrent statements or the server. */
export function isStatementError(error: unknown): boolean {
  return /^(0A|22|23|42|P0)/.test(sqlState(error) ?? '');
}

/** Every id up to this size fits into an index entry, which has a third of a page of 8 KiB. */
const INDEXED_BYTES = 2_600;

/**
 * As `translateStoreError`. 23505: unique_violation, only of the runs table, since sessions have ON CONFLICT.
 *
 * @param values begins with the session's id
 */
export function translateInsertError(error: unknown, values: readonly SqlValue[]): unknown {
  if (sqlState(error) === '23505') return new RunIdTaken();
  const translated = translateStoreError(error, values);
  const isIdTooLong = translated instanceof ValueTooLarge && Buffer.byteLength(String(values[0])) > INDEXED_BYTES;
  return isIdTooLong ? new SessionIdTooLong() : translated;
}

/**
 * The reason why values cannot be stored, or the same error. SQLSTATE class 54: a limit of jsonb (256 MB), of an index entry,
 * or of the server's stack, which nested values take. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function translateStoreError(error: unknown, values: readonly SqlValue[]): unknown {
  if (error instanceof ChangedValueTooLong || sqlState(error)?.startsWith('54')) return new ValueTooLarge();
  const character = rejectedCharacter(error, values);
  return character === undefined ? error : new UnstorableCharacter(character);
}

/** @throws ValueTooLarge for values that could be stored, but not read */
export function assertReadable(values: readonly SqlValue[]): void {
  if (values.some((value) => typeof value === 'string' && isTooLong(value))) throw new ValueTooLarge();
}

function isTooLong(value: string): boolean {
  return value.length > MAX_VALUE_BYTES / MAX_UTF8_BYTES && Buffer.byteLength(value) > MAX_VALUE_BYTES;
}

/** Bytes of a UTF-16 code unit in UTF-8. */
const MAX_UTF8_BYTES = 3;
