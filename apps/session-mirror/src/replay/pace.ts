import { setTimeout as wait } from 'node:timers/promises';

/** Lets so many through a second, evenly, and so many at once. */
export class Pace {
  private readonly running = new Set<Promise<void>>();
  private next = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly atOnce: number,
  ) {}

  /** Starts the work as soon as it may. Rejects with what any earlier work has thrown. */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.atOnce) await Promise.race(this.running);
    const delay = this.next - performance.now();
    this.next = Math.max(this.next, performance.now()) + 1000 / this.perSecond;
    if (delay > 0) await wait(delay);
    const done = work().finally(() => this.running.delete(done));
    this.running.add(done);
  }

  /** Resolves when everything that was started has ended. */
  async finish(): Promise<void> {
    await Promise.all(this.running);
  }
}
