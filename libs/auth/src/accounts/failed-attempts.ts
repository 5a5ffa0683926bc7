import { BoundedMap } from '@agno/storage';

/** AgentOS's limits. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;
const MOST_CLIENTS = 1024;

/**
 * Counts the wrong tokens of each client address. Only the answer to a wrong token depends on it: a flood of them never
 * keeps the holder of a right one out.
 */
export class FailedAttempts {
  private readonly times = new BoundedMap<readonly number[]>(MOST_CLIENTS);

  /** Records a failure; true when the client had too many before. @param now milliseconds of any clock */
  isOneTooMany(client: string, now: number): boolean {
    const recent = (this.times.get(client) ?? []).filter((time) => time > now - WINDOW_MS);
    if (recent.length >= MOST_FAILURES) return true;
    this.times.set(client, [...recent, now]);
    return false;
  }
}
