import { DatabaseOverloaded } from './database-errors.js';
import type { PoolLimits } from './database-options.js';

/** `list`: a statement that can be slow. `large`: a result that is read in portions, as fast as its client reads them. */
export type BulkWork = 'list' | 'large';

/**
 * Bounds the connections of a pool that are used by lists and by large results: each half of the pool, and together all but
 * one. So no caller can hold the whole pool.
 */
export class BulkLane {
  private readonly used: Record<BulkWork, number> = { list: 0, large: 0 };
  private readonly queue = new Set<{ readonly work: BulkWork; readonly begin: () => void }>();

  constructor(
    private readonly databaseId: string,
    private readonly limits: Pick<PoolLimits, 'size' | 'queueTimeoutMs'>,
  ) {}

  /** How many wait for their turn. */
  get waiting(): number {
    return this.queue.size;
  }

  /** Waits for a turn, in the order of the calls. `leave` ends it. @throws DatabaseOverloaded after the queue timeout */
  enter(work: BulkWork): Promise<void> | undefined {
    if (this.hasPlace(work)) {
      this.used[work]++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.queue.delete(waiting);
        reject(new DatabaseOverloaded(this.databaseId));
      }, this.limits.queueTimeoutMs);
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const waiting = { work, begin };
      this.queue.add(waiting);
    });
  }

  leave(work: BulkWork): void {
    this.used[work]--;
    for (const waiting of this.queue) {
      if (!this.hasPlace(waiting.work)) continue;
      this.queue.delete(waiting);
      this.used[waiting.work]++;
      waiting.begin();
    }
  }

  /** False when `enter` would wait. */
  hasPlace(work: BulkWork): boolean {
    const { size } = this.limits;
    const isFull = this.used.list + this.used.large >= Math.max(1, size - 1);
    return !isFull && this.used[work] < Math.max(1, Math.floor(size / 2));
  }
}
