import { setImmediate } from 'node:timers/promises';

/**
 * A generator for work whose duration grows with a request or with stored data. `cooperative` lets other requests run
 * between its steps, so that a large session does not block the event loop, and awaits each yielded promise, for
 * example for rows that have not arrived yet.
 */
export type Steps<T> = Generator<Promise<unknown> | undefined, T>;

/** Longest time in milliseconds that steps block the event loop before other requests run. */
const TIME_SLICE_MS = 10;

/**
 * Runs the steps to the end and lets other requests run every `TIME_SLICE_MS`. Returns no promise if the steps end
 * within the first time slice and wait for nothing, because a promise costs each small request 3 % of its CPU time.
 */
export function cooperative<T>(steps: Steps<T>): T | Promise<T> {
  const sliceEnd = performance.now() + TIME_SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value !== undefined || performance.now() >= sliceEnd) return continueAfter(step.value, steps);
  }
}

/** Waits for the promise, or lets other requests run, and continues with the steps. */
async function continueAfter<T>(promise: Promise<unknown> | undefined, steps: Steps<T>): Promise<T> {
  await (promise ?? setImmediate());
  for (;;) {
    const step = await runSteps(steps);
    if (step.done) return step.value;
  }
}

/**
 * Runs the steps until they end or `shouldPause` returns true after a step. Call it again to continue.
 *
 * @param beforeWaiting called before a promise is awaited, for example to free memory during the wait
 */
export async function runSteps<T>(
  steps: Steps<T>,
  shouldPause: () => boolean = () => false,
  beforeWaiting: () => void = () => undefined,
): Promise<IteratorResult<unknown, T>> {
  let sliceEnd = performance.now() + TIME_SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step;
    if (step.value !== undefined) {
      beforeWaiting();
      await step.value;
      sliceEnd = performance.now() + TIME_SLICE_MS;
    } else if (performance.now() >= sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + TIME_SLICE_MS;
    }
    if (shouldPause()) return step;
  }
}

/** Runs the steps without letting other requests run, for work that is known to be short and yields no promises. */
export function runSync<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
