import { setTimeout as wait } from 'node:timers/promises';

/** Lets so many through a second, evenly, and so many at once. */
export class RateLimiter {
  private readonly running = new Set<Promise<void>>();
  private nextStartAt = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly concurrency: number,
  ) {}

  /** Starts the work as soon as it may. Rejects with what any earlier work has thrown. */
  async run(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.concurrency) await Promise.race(this.running);
    const delay = this.nextStartAt - performance.now();
    this.nextStartAt = Math.max(this.nextStartAt, performance.now()) + 1000 / this.perSecond;
    if (delay > 0) await wait(delay);
    const done = work().finally(() => this.running.delete(done));
    this.running.add(done);
  }

  /** Resolves when everything that was started has ended. */
  async drain(): Promise<void> {
    await Promise.all(this.running);
  }
}
