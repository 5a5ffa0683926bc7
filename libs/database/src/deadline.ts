/** Node has no longer timers, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The moment after which nobody waits for an answer any more. A request owns one; every statement run for that request
 * listens, so that a query is cancelled in PostgreSQL and not only forgotten.
 * (An AbortSignal would say the same at several times the cost per request.)
 */
export class Deadline {
  private readonly listeners = new Set<() => void>();
  private expired = false;

  get hasExpired(): boolean {
    return this.expired;
  }

  /** Declares the time to be up and tells every listener once. */
  expire(): void {
    this.expired = true;
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }

  /** Calls `listener` when the time is up, or now if it is; the returned function takes it back. */
  onExpired(listener: () => void): () => void {
    if (this.expired) listener();
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Does work that belongs to no request under a deadline of its own, in milliseconds from now. */
export async function withDeadline<T>(timeoutMs: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = new Deadline();
  const timer = setTimeout(() => deadline.expire(), timeoutMs);
  try {
    return await work(deadline);
  } finally {
    clearTimeout(timer);
  }
}

/** As `withDeadline`, but what does not heed its deadline is not waited for any longer. @throws OutOfTime */
export function withTimeLimit<T>(timeoutMs: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  return withDeadline(timeoutMs, (deadline) => {
    const outOfTime = new Promise<never>((_, reject) => {
      deadline.onExpired(() => reject(new TimeLimitExceeded(`no answer within ${timeoutMs} ms`)));
    });
    return Promise.race([work(deadline), outOfTime]);
  });
}

export class TimeLimitExceeded extends Error {}
