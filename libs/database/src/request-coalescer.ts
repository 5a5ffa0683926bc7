import { Deadline } from './deadline.js';

interface PendingWork<T> {
  readonly result: Promise<T>;
  readonly deadline: SharedDeadline;
}

/**
 * Lets requests that want the same thing at the same moment share one piece of work, without anybody getting an answer
 * from before they asked: work that already runs is never joined, only work that has not begun.
 */
export class RequestCoalescer<T> {
  private readonly running = new Map<string, Promise<void>>();
  private readonly pending = new Map<string, PendingWork<T>>();

  /**
   * The result of `work`, begun after this call, by this caller or by another with the same key. Its deadline passes when
   * that of everybody who waits for it has passed.
   */
  run(key: string, deadline: Deadline, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const planned = this.pending.get(key);
    // What everybody has left is given up.
    if (planned !== undefined && !planned.deadline.hasExpired) {
      planned.deadline.add(deadline);
      return planned.result;
    }
    const joint = new SharedDeadline();
    joint.add(deadline);
    const running = this.running.get(key);
    if (running === undefined) return this.begin(key, () => work(joint));
    const result = running.then(() => {
      if (this.pending.get(key)?.deadline === joint) this.pending.delete(key);
      return this.begin(key, () => work(joint));
    });
    this.pending.set(key, { result, deadline: joint });
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

/** Passes when the last of the deadlines it includes has passed. */
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
