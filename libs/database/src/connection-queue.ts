import { DatabaseOverloaded } from './database-errors.js';
import type { DatabaseObserver, PoolLimits } from './database-options.js';

/** `list`: a statement that can be slow. `large`: a result that is read in portions, as fast as its client reads them. */
export type WorkKind = 'short' | 'list' | 'large';

interface Ticket {
  readonly kind: WorkKind;
  readonly queuedAt: number;
  readonly start: () => void;
}

/** From this share of the queue timeout on, the wait of the first request makes others be rejected at once. */
const OVERLOADED_SHARE = 0.5;

/**
 * The requests that wait for a connection of one pool, in the order in which they came. Each waits for at most the queue
 * timeout. Lists and large results each use at most half of the pool, and together all connections but one, so that no caller
 * can hold the whole pool.
 */
export class ConnectionQueue {
  private readonly used: Record<WorkKind, number> = { short: 0, list: 0, large: 0 };
  private readonly tickets = new Set<Ticket>();

  constructor(
    private readonly databaseId: string,
    private readonly limits: Pick<PoolLimits, 'size' | 'queueTimeoutMs'>,
    private readonly observer: Pick<DatabaseObserver, 'connectionTimedOut'>,
  ) {}

  /** Number of requests that wait. */
  get waiting(): number {
    return this.tickets.size;
  }

  /** True while a list or a large result waits. */
  get isBulkWaiting(): boolean {
    return this.first('list') !== undefined || this.first('large') !== undefined;
  }

  /** Waits until a connection may be used; `leave` gives it back. @throws DatabaseOverloaded after the queue timeout */
  enter(kind: WorkKind): Promise<void> | undefined {
    if (this.hasCapacity(kind)) {
      this.used[kind]++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.tickets.delete(ticket);
        this.observer.connectionTimedOut(this.databaseId);
        reject(new DatabaseOverloaded(this.databaseId));
      }, this.limits.queueTimeoutMs);
      const start = () => {
        clearTimeout(timer);
        resolve();
      };
      const ticket = { kind, queuedAt: performance.now(), start };
      this.tickets.add(ticket);
    });
  }

  leave(kind: WorkKind): void {
    this.used[kind]--;
    for (const ticket of this.tickets) {
      if (this.isFull) return;
      if (!this.hasCapacity(ticket.kind)) continue;
      this.tickets.delete(ticket);
      this.used[ticket.kind]++;
      ticket.start();
    }
  }

  /** False when `enter` would wait. */
  hasCapacity(kind: WorkKind): boolean {
    if (this.isFull) return false;
    if (kind === 'short') return true;
    const { size } = this.limits;
    const isBulkFull = this.used.list + this.used.large >= Math.max(1, size - 1);
    return !isBulkFull && this.used[kind] < Math.max(1, Math.floor(size / 2));
  }

  /** True while the first request of this kind has waited so long that a new one would probably wait in vain. */
  isOverloaded(kind: WorkKind): boolean {
    // The usual case, without a look at those of other kinds.
    if (this.hasCapacity(kind)) return false;
    const first = this.first(kind);
    return first !== undefined && performance.now() - first.queuedAt >= OVERLOADED_SHARE * this.limits.queueTimeoutMs;
  }

  private get isFull(): boolean {
    const { short, list, large } = this.used;
    return short + list + large >= this.limits.size;
  }

  private first(kind: WorkKind): Ticket | undefined {
    for (const ticket of this.tickets) if (ticket.kind === kind) return ticket;
    return undefined;
  }
}
