import { type Deadline, RequestCoalescer } from '@agno/database';
import { LruMap } from './bounded-map.js';
import type { CountRow } from './statements/list-sessions.js';

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
