/** The longest delay that Node's timers accept, in milliseconds. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The time limit of a request. Every running statement subscribes to it, so that expiry cancels the statement in
 * PostgreSQL. An AbortSignal would cost several times as much CPU per request.
 */
export class Deadline {
  private readonly listeners = new Set<() => void>();
  private expired = false;

  get hasExpired(): boolean {
    return this.expired;
  }

  /** Marks the deadline as expired and calls every listener once. */
  expire(): void {
    this.expired = true;
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }

  /** Calls `listener` on expiry, or at once if the deadline has expired. Returns a function that unsubscribes. */
  onExpired(listener: () => void): () => void {
    if (this.expired) listener();
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Runs work that belongs to no request, with a deadline of `timeoutMs` from now. */
export async function withDeadline<T>(timeoutMs: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = new Deadline();
  const timer = setTimeout(() => deadline.expire(), timeoutMs);
  try {
    return await work(deadline);
  } finally {
    clearTimeout(timer);
  }
}

/** As `withDeadline`, but rejects at the deadline even if `work` has not ended. @throws TimeLimitExceeded */
export function withTimeLimit<T>(timeoutMs: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  return withDeadline(timeoutMs, (deadline) => {
    const expiry = new Promise<never>((_, reject) => {
      deadline.onExpired(() => reject(new TimeLimitExceeded(`no response within ${timeoutMs} ms`)));
    });
    return Promise.race([work(deadline), expiry]);
  });
}

export class TimeLimitExceeded extends Error {}
