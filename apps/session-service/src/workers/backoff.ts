/** Deaths further apart than this have nothing to do with each other. In milliseconds. */
const FORGOTTEN_AFTER_MS = 10_000;
const LONGEST_MS = 10_000;

/** How long to wait before the next replacement: not at all at first, longer and longer when one death follows another. */
export class Backoff {
  private last = 0;
  private waitMs = 0;

  /** @param now milliseconds since 1970 */
  next(now: number): number {
    this.waitMs = now - this.last > FORGOTTEN_AFTER_MS ? 0 : Math.min(Math.max(this.waitMs * 2, 100), LONGEST_MS);
    this.last = now + this.waitMs;
    return this.waitMs;
  }
}
