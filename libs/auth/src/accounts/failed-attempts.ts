import { LruMap } from '@agno/storage';

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
