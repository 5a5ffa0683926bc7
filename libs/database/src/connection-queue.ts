import { DatabaseOverloaded } from './database-errors.js';
import type { DatabaseObserver, PoolLimits } from './database-options.js';

/** `list`: a statement that can be slow. `large`: a result that is read in portions, at the speed of the client. */
export type WorkKind = 'short' | 'list' | 'large';

interface Ticket {
  readonly kind: WorkKind;
  readonly queuedAt: number;
  readonly start: () => void;
}

/** A kind of work counts as overloaded when its first request has waited for this fraction of the queue timeout. */
const OVERLOADED_FRACTION = 0.5;

/**
 * The requests that wait for a connection of one pool, first come first served, each for at most the queue timeout.
 * Lists and large results each use at most half of the pool, and together all but one connection, so that slow work
 * cannot occupy the whole pool.
 */
export class ConnectionQueue {
  private readonly used: Record<WorkKind, number> = { short: 0, list: 0, large: 0 };
  private readonly tickets = new Set<Ticket>();

  constructor(
    private readonly databaseId: string,
    private readonly limits: Pick<PoolLimits, 'size' | 'queueTimeoutMs'>,
    private readonly observer: Pick<DatabaseObserver, 'connectionTimedOut'>,
  ) {}

  get waiting(): number {
    return this.tickets.size;
  }

  /** True while a list or a large result is waiting. */
  get isBulkWaiting(): boolean {
    return this.first('list') !== undefined || this.first('large') !== undefined;
  }

  /** Resolves when a connection is free; undefined: it is free now. `leave` releases it. @throws DatabaseOverloaded */
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

  /** True while a new request of this kind would probably time out in the queue. */
  isOverloaded(kind: WorkKind): boolean {
    // Avoids a search of the queue in the common case.
    if (this.hasCapacity(kind)) return false;
    const first = this.first(kind);
    return (
      first !== undefined && performance.now() - first.queuedAt >= OVERLOADED_FRACTION * this.limits.queueTimeoutMs
    );
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
