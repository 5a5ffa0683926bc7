import { sqlState } from './database-errors.js';
import type { DatabaseLog } from './database-options.js';

/**
 * `unnamed`: PostgreSQL keeps no plan. `named`: the statement is prepared when a connection first uses it. `renewed`: it
 * is prepared again on that connection, because its plan is outdated.
 */
export type Preparation = 'unnamed' | 'named' | 'renewed';

/**
 * Sends the statements of one server with or without names. A transaction pooler such as PgBouncer runs each transaction
 * on any server connection, where a named statement may be missing or already exist. Without `pgbouncer=true` in the
 * DSN, this class detects such a pooler by SQLSTATE 26000 or 42P05 and stops using names.
 *
 * A statement whose result types have changed with the type of a column is prepared anew.
 *
 * Not for statements in a transaction, which the failed statement would abort.
 */
export class PreparedStatements {
  constructor(
    private readonly databaseId: string,
    private isEnabled: boolean,
    private readonly log: DatabaseLog,
  ) {}

  /** Calls `send`, and again if preparation caused an error. The statement did not run in this case. */
  send<T>(send: (preparation: Preparation) => Promise<T>): Promise<T> {
    if (!this.isEnabled) return send('unnamed');
    return send('named').catch((error: unknown) => {
      if (!isOutdatedPlan(error)) return this.sendUnnamed(send, error);
      // A pooler that keeps prepared statements itself, such as PgBouncer 1.21, does not prepare the same SQL again.
      return send('renewed').catch((retryError: unknown) => this.sendUnnamed(send, retryError));
    });
  }

  private sendUnnamed<T>(send: (preparation: Preparation) => Promise<T>, error: unknown): Promise<T> {
    if (!isStatementNameError(error) && !isOutdatedPlan(error)) throw error;
    if (this.isEnabled)
      this.log.warn(`Database '${this.databaseId}' is behind a transaction pooler: ${UNPREPARED_NOTICE}`);
    this.isEnabled = false;
    return send('unnamed');
  }
}

const UNPREPARED_NOTICE = 'prepared statements are disabled from now on, as with pgbouncer=true in the DSN';

/** 26000: no prepared statement of that name; 42P05: the name is taken. */
function isStatementNameError(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlState(error) ?? '');
}

/**
 * "cached plan must not change result type": ALTER TABLE has changed the type of a column. SQLSTATE 0A000 has other
 * meanings; the routine name, unlike the message, does not depend on the language.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/cache/plancache.c
 */
function isOutdatedPlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && (error as { routine?: unknown }).routine === 'RevalidateCachedQuery';
}
