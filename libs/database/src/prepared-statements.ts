import { sqlState } from './database-errors.js';
import type { DatabaseLog } from './database-options.js';

/**
 * Sends the statements of one server with or without names. A transaction pooler such as PgBouncer runs each transaction
 * on any server connection, where a named statement may be missing or already exist. Without `pgbouncer=true` in the
 * DSN, this class detects such a pooler by SQLSTATE 26000 or 42P05 and stops using names.
 *
 * Not for statements in a transaction, which the failed statement would abort.
 */
export class PreparedStatements {
  constructor(
    private readonly databaseId: string,
    private isEnabled: boolean,
    private readonly log: DatabaseLog,
  ) {}

  /** Calls `send`, and again without a name if the name caused an error. The statement did not run in this case. */
  send<T>(send: (isNamed: boolean) => Promise<T>): Promise<T> {
    if (!this.isEnabled) return send(false);
    return send(true).catch((error: unknown) => {
      if (!isStatementNameError(error)) throw error;
      if (this.isEnabled)
        this.log.warn(`Database '${this.databaseId}' is behind a transaction pooler: ${UNPREPARED_NOTICE}`);
      this.isEnabled = false;
      return send(false);
    });
  }
}

const UNPREPARED_NOTICE = 'prepared statements are disabled from now on, as with pgbouncer=true in the DSN';

/** 26000: no prepared statement of that name; 42P05: the name is taken. */
function isStatementNameError(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlState(error) ?? '');
}
