/** The database of a db_id cannot be reached. Worth trying again later. */
export class DatabaseUnavailable extends Error {
  constructor(
    readonly databaseId: string,
    cause: unknown,
  ) {
    super(`Database '${databaseId}' is unavailable`, { cause });
  }
}

/** More is asked of the database of a db_id than it can answer in time. Worth trying again later. */
export class DatabaseOverloaded extends Error {
  constructor(readonly databaseId: string) {
    super(`Database '${databaseId}' has too many requests waiting`);
  }
}

/** The connection broke while a statement ran: whether what it was to change has been changed is not known. */
export class ConnectionLost extends DatabaseUnavailable {}

/** A statement ran longer than the server allows, or longer than its request. */
export class StatementTimedOut extends Error {
  constructor(readonly databaseId: string) {
    super(`A statement on database '${databaseId}' took too long`);
  }
}

/** A change was made, but what it returns cannot be read or sent: it is large, and memory or connections are short. */
export class ChangeResultUnavailable extends Error {
  constructor(cause: unknown) {
    super('The change was made, but its response is too large to be sent now', { cause });
  }
}

/**
 * A stored value, or all values of a row together, are longer than this service or PostgreSQL itself passes on. Of a
 * statement outside a transaction that changes rows and returns them, the change has been made.
 */
export class StoredValueTooLong extends Error {
  constructor(
    readonly databaseId: string,
    cause: unknown,
  ) {
    const column = cause instanceof OversizedColumn ? cause.column : undefined;
    super(`Database '${databaseId}' holds a value that is too long to be read${column ? ` (column ${column})` : ''}`, {
      cause,
    });
  }
}

/** A value of this column is longer than MAX_VALUE_BYTES. */
export class OversizedColumn extends Error {
  constructor(readonly column: string | undefined) {
    super('a value is too long to be decoded');
  }
}

/** A message from a server could not be read, so that its connection is of no more use. */
export class ProtocolError extends Error {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : 'no reason given';
    super(`A message from the server could not be read: ${reason}`, { cause });
  }
}

/** PostgreSQL's five-character code of an error, if it is one that the server reported. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Name of the table constraint that a statement violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const constraint = error instanceof Error ? (error as Error & { constraint?: unknown }).constraint : undefined;
  return typeof constraint === 'string' ? constraint : undefined;
}

/** True when the tables are not as they were when their layout was read: a table or column came or went. */
export function isLayoutChange(error: unknown): boolean {
  return ['42P01', '42703', '3F000', '0A000'].includes(sqlState(error) ?? '');
}

/** A standby had to end a statement, or a deadlock with one, to go on with what the primary has done. */
export function isRecoveryConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/**
 * Turns an error of a statement into ours where its meaning is known; anything else is passed on as it is. What the server
 * refused it has rolled back, and what was never sent has not happened.
 */
export function translateError(databaseId: string, error: unknown): unknown {
  const state = sqlState(error);
  if (state === '57014') return new StatementTimedOut(databaseId);
  if (error instanceof OversizedColumn || isTooLongToPrint(error)) return new StoredValueTooLong(databaseId, error);
  if (
    state === CRASH_SHUTDOWN ||
    state?.startsWith(CONNECTION_EXCEPTION_CLASS) ||
    (state === undefined && isConnectionLoss(error))
  ) {
    return isUnsent(error) ? new DatabaseUnavailable(databaseId, error) : new ConnectionLost(databaseId, error);
  }
  return state !== undefined && isServerGone(state) ? new DatabaseUnavailable(databaseId, error) : error;
}

/**
 * PostgreSQL has failed to print a value, or a row, into a message of less than 1 GiB. The code alone (54000,
 * program_limit_exceeded) also stands for keys that are too long for an index; the routine is the same in every language.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/common/stringinfo.c
 */
function isTooLongToPrint(error: unknown): boolean {
  return sqlState(error) === '54000' && (error as { routine?: unknown }).routine === 'enlargeStringInfo';
}

/** Another process of the server has crashed, and this one says so in the middle of whatever it did. */
const CRASH_SHUTDOWN = '57P02';

/** A pooler says so of its connection to the server (`server conn crashed?`), which had the statement already. */
const CONNECTION_EXCEPTION_CLASS = '08';

/** pg refuses a statement on a connection that is known to be broken; a pooler gives up one that waits for a connection. */
function isUnsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /is not queryable$|^query_wait_timeout$|^server login has been failing/.test(error.message)
  );
}

/**
 * Classes 53 (resources) and 57P (shutdown), 28 and 3D000 (cannot log in), 25P03 and 25P04 (a transaction was idle, or
 * open, longer than the server allows): nothing a client did.
 */
function isServerGone(state: string): boolean {
  return /^(53|57P|28|3D000|25006|25P0[34])/.test(state);
}

/** Errors that pg and Node raise without the server: refused, reset, timed out, terminated, no route, no such host. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ProtocolError) return true;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string' && /^(E[A-Z]+|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return true;
  return /connection|connect|terminated|SSL|SASL|Client was closed|pool after calling end/i.test(error.message);
}
