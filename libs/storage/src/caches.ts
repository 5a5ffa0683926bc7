import { type Deadline, RequestCoalescer } from '@session-service/database';
import type { CountRow } from './sql/list-sessions.sql.js';

/** A map that forgets what was used longest ago once it holds more than `limit` entries. */
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

/** How many different conditions are remembered. */
const MAX_COUNTS = 1_000;

/**
 * The number of sessions that match a condition: always exact, counted as seldom as that allows.
 *
 * A count is remembered with the snapshot it was made in. PostgreSQL's snapshot names the transactions whose work can be
 * seen; while a list is read in the same snapshot, nothing was committed since and the count is still true. Lists that
 * need a new count at the same moment share one that begins after all of them asked.
 */
export class CountCache {
  private readonly counts = new LruMap<CountRow>(MAX_COUNTS);
  private readonly coalescer = new RequestCoalescer<CountRow>();

  /** The total for a list that was read in `snapshot`; null where the server gives none. `count` does the work. */
  async total(
    condition: string,
    snapshot: string | null,
    deadline: Deadline,
    count: (deadline: Deadline) => Promise<CountRow>,
  ): Promise<string> {
    const known = this.counts.get(condition);
    if (known !== undefined && snapshot !== null && known.snapshot === snapshot) return known.total;
    const counted = await this.coalescer.run(condition, deadline, count);
    this.counts.set(condition, counted);
    return counted.total;
  }
}
