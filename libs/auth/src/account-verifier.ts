import { Logger } from '@nestjs/common';
import { problem } from '@session-service/contract';
import { DatabaseOverloaded, PermissionDenied, withDeadline } from '@session-service/database';
import { LruMap, type ServiceAccount, type ServiceAccountRepository } from '@session-service/storage';

/** Time limit in milliseconds of a lookup in the database. A request whose lookup takes longer gets 503. */
const LOOKUP_TIMEOUT_MS = 5_000;
/** Minimum time in milliseconds between two updates of an account's last use, as in AgentOS. */
const TOUCH_INTERVAL_MS = 60_000;
const MAX_TOUCHED = 2048;

/** Verifies service-account tokens against AgentOS's table of service accounts. */
export class AccountVerifier {
  private readonly logger = new Logger('Auth');
  private readonly failedAttempts = new FailedAttempts();
  private readonly lastTouched = new LruMap<number>(MAX_TOUCHED);

  constructor(private readonly accounts: ServiceAccountRepository) {}

  /**
   * Returns the account of a token; undefined if the table does not exist.
   *
   * @param client IP address, to which the limit of failed attempts applies
   * @throws HttpProblem 401, with the same text for an unknown, revoked or expired token; 429 instead after too many
   *   failed attempts from one address; 503 if the lookup fails
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

  /** Records the use of an account in the background. A failure is logged and does not fail the request. */
  touch(accountId: string, now: number): void {
    if (now - (this.lastTouched.get(accountId) ?? 0) < TOUCH_INTERVAL_MS) return;
    this.lastTouched.set(accountId, now);
    withDeadline(LOOKUP_TIMEOUT_MS, (deadline) =>
      this.accounts.touch(accountId, Math.floor(now / 1000), deadline),
    ).catch((error: Error) => this.logger.warn(`Recording the use of a service account failed: ${error.message}`));
  }

  private async find(digest: string) {
    try {
      return await withDeadline(LOOKUP_TIMEOUT_MS, (deadline) => this.accounts.find(digest, deadline));
    } catch (error) {
      // An overloaded database is not logged, so that a client that tries many tokens cannot flood the log.
      if (!(error instanceof DatabaseOverloaded)) {
        const { message, cause } = error instanceof Error ? error : new Error(String(error));
        const reason = error instanceof PermissionDenied && cause instanceof Error ? cause.message : message;
        this.logger.warn(`Looking up a service account failed: ${reason}`);
      }
      throw problem(503, 'Authentication is temporarily unavailable');
    }
  }
}

function isExpired({ expiresAt }: ServiceAccount, now: number): boolean {
  return expiresAt !== undefined && expiresAt * 1000 <= now;
}

/** AgentOS's limit of failed attempts per client address within WINDOW_MS. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
const MAX_CLIENTS = 1024;

/** Counts failed attempts per client address. Only decides between 401 and 429: a valid token is never rejected. */
class FailedAttempts {
  private readonly failureTimes = new LruMap<readonly number[]>(MAX_CLIENTS);

  /** Records a failure. Returns true if the client had reached the limit before. @param now monotonic milliseconds */
  recordFailure(client: string, now: number): boolean {
    const recent = (this.failureTimes.get(client) ?? []).filter((time) => time > now - WINDOW_MS);
    if (recent.length >= MAX_FAILURES) return true;
    this.failureTimes.set(client, [...recent, now]);
    return false;
  }
}
