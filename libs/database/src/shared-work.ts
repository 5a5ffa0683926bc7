import { Deadline } from './deadline.js';

interface Planned<T> {
  readonly result: Promise<T>;
  readonly deadline: JointDeadline;
}

/**
 * Lets requests that want the same thing at the same moment share one piece of work, without anybody getting an answer
 * from before they asked: work that already runs is never joined, only work that has not begun.
 */
export class SharedWork<T> {
  private readonly running = new Map<string, Promise<void>>();
  private readonly planned = new Map<string, Planned<T>>();

  /**
   * The result of `work`, begun after this call, by this caller or by another with the same key. Its deadline passes when
   * that of everybody who waits for it has passed.
   */
  run(key: string, deadline: Deadline, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const planned = this.planned.get(key);
    // What everybody has left is given up.
    if (planned !== undefined && !planned.deadline.hasPassed) {
      planned.deadline.include(deadline);
      return planned.result;
    }
    const joint = new JointDeadline();
    joint.include(deadline);
    const running = this.running.get(key);
    if (running === undefined) return this.begin(key, () => work(joint));
    const result = running.then(() => {
      if (this.planned.get(key)?.deadline === joint) this.planned.delete(key);
      return this.begin(key, () => work(joint));
    });
    this.planned.set(key, { result, deadline: joint });
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
class JointDeadline extends Deadline {
  private open = 0;

  include(deadline: Deadline): void {
    this.open++;
    deadline.onPassed(() => {
      this.open--;
      if (this.open === 0) this.pass();
    });
  }
}

function ignore(): void {}
