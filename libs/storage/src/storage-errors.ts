import { type SqlValue, sqlState } from '@session-service/database';
import { rejectedCharacter } from './sql/session-filter.js';

/** A run of a new session has the id of an existing run. */
export class RunIdTaken extends Error {}

/** The id of a new session does not fit into the primary key's index. The limit depends on how well the id compresses. */
export class SessionIdTooLong extends Error {}

/** A value to be stored has a character that the database's encoding does not have. Nothing was stored. */
export class UnstorableCharacter extends Error {
  constructor(readonly character: string) {
    super(`The encoding of the database has no character '${character}'`);
  }
}

/** SQLSTATE classes of errors that depend on the statement and its rows, not on concurrent statements or the server. */
export function isStatementError(error: unknown): boolean {
  return /^(0A|22|23|42|P0)/.test(sqlState(error) ?? '');
}

/** 23505: unique_violation, only of the runs table, since sessions have ON CONFLICT. 54000: program_limit_exceeded. */
export function translateInsertError(error: unknown, values: readonly SqlValue[]): unknown {
  const state = sqlState(error);
  if (state === '23505') return new RunIdTaken();
  return state === '54000' ? new SessionIdTooLong() : translateUnstorable(error, values);
}

export function translateUnstorable(error: unknown, values: readonly SqlValue[]): unknown {
  const character = rejectedCharacter(error, values);
  return character === undefined ? error : new UnstorableCharacter(character);
}
