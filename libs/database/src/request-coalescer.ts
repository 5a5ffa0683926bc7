import { Deadline } from './deadline.js';

interface PendingWork<T> {
  readonly result: Promise<T>;
  readonly deadline: SharedDeadline;
}

/**
 * Lets concurrent requests for the same thing share one piece of work. A request joins only work that has not started,
 * so the result is never older than the request.
 */
export class RequestCoalescer<T> {
  private readonly running = new Map<string, Promise<void>>();
  private readonly pending = new Map<string, PendingWork<T>>();

  /**
   * Returns the result of `work`, started after this call by this or another caller with the same key. The deadline of
   * the work expires when the deadlines of all its callers have expired.
   */
  run(key: string, deadline: Deadline, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const pending = this.pending.get(key);
    // Does not join pending work whose callers have all timed out.
    if (pending !== undefined && !pending.deadline.hasExpired) {
      pending.deadline.add(deadline);
      return pending.result;
    }
    const shared = new SharedDeadline();
    shared.add(deadline);
    const running = this.running.get(key);
    if (running === undefined) return this.begin(key, () => work(shared));
    const result = running.then(() => {
      if (this.pending.get(key)?.deadline === shared) this.pending.delete(key);
      return this.begin(key, () => work(shared));
    });
    this.pending.set(key, { result, deadline: shared });
    return result;
  }

  private begin(key: string, work: () => Promise<T>): Promise<T> {
    const result = work();
    const settled = result.then(ignore, ignore).then(() => {
      if (this.running.get(key) === settled) this.running.delete(key);
    });
    this.running.set(key, settled);
    return result;
  }
}

/** Expires when all deadlines that were added to it have expired. */
class SharedDeadline extends Deadline {
  private remaining = 0;

  add(deadline: Deadline): void {
    this.remaining++;
    deadline.onExpired(() => {
      this.remaining--;
      if (this.remaining === 0) this.expire();
    });
  }
}

function ignore(): void {}
