/** Deaths further apart than this have nothing to do with each other. In milliseconds. */
const RESET_AFTER_MS = 10_000;
const MAX_DELAY_MS = 10_000;

/** How long to wait before the next replacement: not at all at first, longer and longer when one death follows another. */
export class Backoff {
  private lastRestart = 0;
  private waitMs = 0;

  /** @param now milliseconds since 1970 */
  next(now: number): number {
    this.waitMs = now - this.lastRestart > RESET_AFTER_MS ? 0 : Math.min(Math.max(this.waitMs * 2, 100), MAX_DELAY_MS);
    this.lastRestart = now + this.waitMs;
    return this.waitMs;
  }
}
