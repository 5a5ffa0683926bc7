import { sqlState } from './database-errors.js';
import type { DatabaseLog } from './database-options.js';
import type { PoolTarget } from './dsn/pool-target.js';

/**
 * What a pooler such as PgBouncer in transaction mode cannot do, found out by its own word where the DSN has no
 * `pgbouncer=true`: it hands each transaction to another connection of the server's, which does not know the statements
 * that were named on the one before, or knows them already; and it takes no settings at the start of a session.
 *
 * This is whether the statements of one server are sent under names. Those that a transaction holds must not be.
 */
export class PreparedStatements {
  constructor(
    private readonly databaseId: string,
    private isEnabled: boolean,
    private readonly log: DatabaseLog,
  ) {}

  /**
   * Sends a statement, named where names are kept. One that fails for its name alone has not run: it is sent again
   * without, as is every other from then on.
   */
  send<T>(send: (isNamed: boolean) => Promise<T>): Promise<T> {
    if (!this.isEnabled) return send(false);
    return send(true).catch((error: unknown) => {
      if (!isStatementNameError(error)) throw error;
      if (this.isEnabled) this.log.warn(`The connections of '${this.databaseId}' are shared: ${UNPREPARED_NOTICE}`);
      this.isEnabled = false;
      return send(false);
    });
  }
}

const UNPREPARED_NOTICE = 'statements are not prepared from now on, as with pgbouncer=true in its DSN';

/** No such prepared statement, or there is one of that name already. */
function isStatementNameError(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlState(error) ?? '');
}

/**
 * The same target without the limit of ours that a pooler has just refused; undefined where the DSN itself asks for a
 * limit, or where it was something else that failed. Deadlines go on cancelling what takes too long.
 */
export function withoutStatementTimeout(target: PoolTarget, error: unknown): PoolTarget | undefined {
  const isRefused = error instanceof Error && error.message === 'unsupported startup parameter: statement_timeout';
  return isRefused && target.statement_timeout === undefined ? { ...target, statement_timeout: 0 } : undefined;
}
