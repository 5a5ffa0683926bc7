import { Logger } from '@nestjs/common';
import { problem } from '@session-service/contract';
import { DatabaseOverloaded, withDeadline } from '@session-service/database';
import { LruMap, type ServiceAccount, type ServiceAccountRepository } from '@session-service/storage';

/** What the database may take, then 503. In milliseconds. */
const LOOKUP_TIMEOUT_MS = 5_000;
/** The use of an account is written down at most this often. */
const TOUCH_INTERVAL_MS = 60_000;
const MAX_TOUCHED = 2048;

/** Verifies tokens of service accounts against the table that AgentOS keeps. */
export class AccountVerifier {
  private readonly logger = new Logger('Auth');
  private readonly failedAttempts = new FailedAttempts();
  private readonly lastTouched = new LruMap<number>(MAX_TOUCHED);

  constructor(private readonly accounts: ServiceAccountRepository) {}

  /**
   * The account of a token; undefined where AgentOS keeps no accounts.
   *
   * @throws HttpProblem 401 for one that is unknown, revoked or expired, and does not say which; 429 after too many of
   * them from one address; 503 while the database cannot tell
   */
  async verify(digest: string, client: string, now: number): Promise<ServiceAccount | undefined> {
    const found = await this.find(digest);
    if (found === 'no-table') return undefined;
    if (found !== 'unknown' && !found.isRevoked && !isExpired(found, now)) return found;
    if (this.failedAttempts.recordFailure(client, performance.now())) {
      throw problem(429, 'Too many failed authentication attempts');
    }
    throw problem(401, 'Invalid or expired service account token');
  }

  /** Writes down that an account is in use; not more often than AgentOS does, and never at the cost of a request. */
  touch(accountId: string, now: number): void {
    if (now - (this.lastTouched.get(accountId) ?? 0) < TOUCH_INTERVAL_MS) return;
    this.lastTouched.set(accountId, now);
    withDeadline(LOOKUP_TIMEOUT_MS, (deadline) =>
      this.accounts.touch(accountId, Math.floor(now / 1000), deadline),
    ).catch((error: Error) => this.logger.warn(`The use of a service account could not be recorded: ${error.message}`));
  }

  private async find(digest: string) {
    try {
      return await withDeadline(LOOKUP_TIMEOUT_MS, (deadline) => this.accounts.find(digest, deadline));
    } catch (error) {
      // Who guesses many tokens must not fill the log, either.
      if (!(error instanceof DatabaseOverloaded)) {
        this.logger.warn(`A service account could not be looked up: ${error instanceof Error ? error.message : error}`);
      }
      throw problem(503, 'Authentication is temporarily unavailable');
    }
  }
}

function isExpired({ expiresAt }: ServiceAccount, now: number): boolean {
  return expiresAt !== undefined && expiresAt * 1000 <= now;
}

/** AgentOS's limits. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
const MAX_CLIENTS = 1024;

/**
 * Counts the wrong tokens of each client address. Only the answer to a wrong token depends on it: a flood of them never
 * keeps the holder of a right one out.
 */
export class FailedAttempts {
  private readonly failureTimes = new LruMap<readonly number[]>(MAX_CLIENTS);

  /** Records a failure; true when the client had too many before. @param now milliseconds of any clock */
  recordFailure(client: string, now: number): boolean {
    const recent = (this.failureTimes.get(client) ?? []).filter((time) => time > now - WINDOW_MS);
    if (recent.length >= MAX_FAILURES) return true;
    this.failureTimes.set(client, [...recent, now]);
    return false;
  }
}
