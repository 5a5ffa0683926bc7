import { type Deadline, RequestCoalescer } from '@session-service/database';
import type { CountRow } from './sql/list-sessions.sql.js';

/** A map of at most `limit` entries; evicts the least recently used one. */
export class LruMap<Value> {
  private readonly entries = new Map<string, Value>();

  constructor(private readonly limit: number) {}

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

/** Maximum number of cached counts, one per combination of filters. */
const MAX_COUNTS = 1_000;

/**
 * Exact totals of lists. Each count is cached with its PostgreSQL snapshot, or the WAL position of the primary if a standby
 * counted: a list that was read in the same snapshot has the same total, since nothing was committed in between. Concurrent
 * requests share a count that starts after them.
 */
export class CountCache {
  private readonly counts = new LruMap<CountRow>(MAX_COUNTS);
  private readonly coalescer = new RequestCoalescer<CountRow>();

  /**
   * Returns the total for a list that was read in `snapshot`. Null (unknown snapshot): counts in any case.
   *
   * @param count runs the count statement
   */
  async total(
    filterKey: string,
    snapshot: string | null,
    deadline: Deadline,
    count: (deadline: Deadline) => Promise<CountRow>,
  ): Promise<string> {
    const cached = this.counts.get(filterKey);
    if (cached !== undefined && snapshot !== null && cached.snapshot === snapshot) return cached.total;
    const counted = await this.coalescer.run(filterKey, deadline, count);
    this.counts.set(filterKey, counted);
    return counted.total;
  }
}
