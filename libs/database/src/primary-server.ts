import { setTimeout as sleep } from 'node:timers/promises';
import { isTransactionConflict, StatementTimedOut, TransactionConflict } from './database-errors.js';
import type { WorkOptions } from './database-reader.js';
import { DatabaseServer } from './database-server.js';
import type { Deadline } from './deadline.js';
import type { Work } from './statement.js';

/** Maximum number of attempts for work that fails because of concurrent transactions. */
const MAX_ATTEMPTS = 3;

/** Delay in milliseconds before another attempt: the minimum, plus a random part of up to the range per attempt made. */
const MIN_DELAY_MS = 10;
const DELAY_RANGE_MS = 50;

/**
 * The primary server of a database. Repeats work that PostgreSQL has rolled back because of a concurrent transaction.
 * So work must be a single statement, a transaction, or reads.
 */
export class PrimaryServer extends DatabaseServer {
  /** As for any server, with up to MAX_ATTEMPTS attempts. @throws TransactionConflict after the last one */
  override async withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await super.withConnection(deadline, work, options);
      } catch (error) {
        if (!isTransactionConflict(error)) throw error;
        const willRetry = attempt < MAX_ATTEMPTS && options?.mayRetry?.() !== false;
        this.observer.transactionConflicted(this.id, willRetry);
        if (!willRetry) throw new TransactionConflict(this.id, error);
      }
      // The delay is random, so that transactions that have collided do not collide again. No connection is held
      // meanwhile.
      await sleep(MIN_DELAY_MS + Math.random() * attempt * DELAY_RANGE_MS);
      if (deadline.hasExpired) throw new StatementTimedOut(this.id);
    }
  }
}
