/** The database cannot be reached. The request may be retried later. */
export class DatabaseUnavailable extends Error {
  constructor(
    readonly databaseId: string,
    cause: unknown,
  ) {
    super(`Database '${databaseId}' is unavailable`, { cause });
  }
}

/** The service stops: only requests whose clients have disconnected can still ask for a connection. */
export class DatabaseClosed extends DatabaseUnavailable {
  constructor(databaseId: string) {
    super(databaseId, new Error('the service stops'));
  }
}

/** More requests wait for the database than it can serve in time. The request may be retried later. */
export class DatabaseOverloaded extends Error {
  constructor(readonly databaseId: string) {
    super(`Database '${databaseId}' has too many requests waiting`);
  }
}

/**
 * PostgreSQL rolled the work back because of concurrent transactions, each time it was tried: a deadlock, a lock timeout or
 * a serialization failure. Nothing was applied. The request may be retried later.
 */
export class TransactionConflict extends Error {
  constructor(
    readonly databaseId: string,
    cause: unknown,
  ) {
    super(`Database '${databaseId}' could not complete the request because of concurrent transactions`, { cause });
  }
}

/** The role lacks a right. Nothing was changed. */
export class PermissionDenied extends DatabaseUnavailable {
  /** @param rights the rights that the role is known to lack */
  constructor(databaseId: string, error: unknown, rights: string | undefined) {
    const message = error instanceof Error ? error.message : String(error);
    super(databaseId, new Error(rights ? `${message} (the role lacks ${rights})` : message, { cause: error }));
  }
}

/** The connection broke while a statement was running: its change may or may not have been applied. */
export class ConnectionLost extends DatabaseUnavailable {}

/** A statement exceeded the server's statement timeout or the deadline of its request. */
export class StatementTimedOut extends Error {
  constructor(readonly databaseId: string) {
    super(`A statement on database '${databaseId}' took too long`);
  }
}

/** A change was applied, but its large result cannot be read or sent because memory or connections are exhausted. */
export class ChangeResultUnavailable extends Error {
  constructor(cause: unknown) {
    super('The change was made, but its response is too large to be sent now', { cause });
  }
}

/**
 * A stored value is longer than MAX_VALUE_BYTES, or PostgreSQL cannot print a value or row because its text exceeds 1
 * GiB. In the first case, a change that the statement made outside a transaction has been applied.
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

/** A change would have made a value longer than MAX_VALUE_BYTES. Nothing was changed. */
export class ChangedValueTooLong extends Error {
  constructor(cause: unknown) {
    super('The change makes a value too long to be read', { cause });
  }
}

/** A value of the column is longer than MAX_VALUE_BYTES. */
export class OversizedColumn extends Error {
  constructor(readonly column: string | undefined) {
    super('a value is too long to be decoded');
  }
}

/** A message from the server could not be parsed, so the connection cannot be used any more. */
export class ProtocolError extends Error {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : 'no reason given';
    super(`A message from the server could not be read: ${reason}`, { cause });
  }
}

/** The SQLSTATE of an error that the server reported, else undefined. EPIPE, a code of Node, has no digit. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** True when the role lacks a right. */
export function isPermissionDenied(error: unknown): boolean {
  return sqlState(error) === '42501';
}

/** True when a table or its schema does not exist. */
export function isMissingTable(error: unknown): boolean {
  return ['42P01', '3F000'].includes(sqlState(error) ?? '');
}

/**
 * 40001: serialization failure; 40P01: deadlock; 55P03: lock timeout. The statement or transaction was rolled back. On a
 * standby, a conflict with replaying the primary's WAL.
 * https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT
 */
export function isTransactionConflict(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(sqlState(error) ?? '');
}

/**
 * The character that the database's encoding does not have, from PostgreSQL's error 22P05 (untranslatable_character);
 * undefined for other errors. Only the message names it, by its bytes, which are the same in every language:
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/mb/mbutils.c (report_untranslatable_char)
 */
export function untranslatableCharacter(error: unknown): string | undefined {
  if (sqlState(error) !== '22P05' || !(error instanceof Error)) return undefined;
  const bytes = error.message.match(/0x[0-9a-f]{2}/g);
  return bytes === null ? undefined : Buffer.from(bytes.map(Number)).toString();
}

/**
 * Translates an error of pg into a class of this file; returns any other error unchanged. ConnectionLost means that the
 * statement may have been applied. It is not used if the server rejected the statement or never received it.
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
 * PostgreSQL could not print a value or row into a message of less than 1 GiB. SQLSTATE 54000 (program_limit_exceeded)
 * also means index keys that are too long; the routine name, unlike the message, does not depend on the language.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/common/stringinfo.c
 */
function isTooLongToPrint(error: unknown): boolean {
  return sqlState(error) === '54000' && (error as { routine?: unknown }).routine === 'enlargeStringInfo';
}

/** Another process of the server crashed, so the server ended this session in the middle of its statement. */
const CRASH_SHUTDOWN = '57P02';

/** SQLSTATE class 08. PgBouncer reports 08P01 (`server conn crashed?`) if it loses the server during a statement. */
const CONNECTION_EXCEPTION_CLASS = '08';

/**
 * True if the statement was never sent: pg rejects statements on a broken connection, and PgBouncer drops statements
 * that wait too long for a server. Both errors have no distinct code, so their messages are compared:
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js,
 * https://github.com/pgbouncer/pgbouncer/blob/master/src/janitor.c
 */
function isUnsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /is not queryable$|^query_wait_timeout$|^server login has been failing/.test(error.message)
  );
}

/**
 * SQLSTATEs that mean that the server is unavailable: 53 (insufficient resources), 57P (shutdown), 28 and 3D000 (login
 * failed), 25006 (the server is read-only), 25P03 and 25P04 (transaction timeouts).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isServerGone(state: string): boolean {
  return /^(53|57P|28|3D000|25006|25P0[34])/.test(state);
}

/**
 * True for connection errors of Node, which have a code such as ECONNRESET, and of pg, which are plain `Error`s and
 * recognised by message. Our own errors are subclasses of Error, so their messages are never compared.
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js
 */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ProtocolError) return true;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string' && /^(E[A-Z]+|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return true;
  return error.constructor === Error && /connect|terminated|SSL|SASL|Client was closed/i.test(error.message);
}
