import { setImmediate } from 'node:timers/promises';

/**
 * Work whose duration depends on a request or on stored data. At every `yield`, between values, messages, runs and
 * rows, other requests may run, so that a large session does not block the event loop. A yielded promise is awaited,
 * for example for rows that have not arrived yet.
 */
export type Steps<T> = Generator<Promise<unknown> | undefined, T>;

/** Longest time that the work may block the event loop before other requests run, in milliseconds. */
const TIME_SLICE_MS = 10;

/** Runs the steps to the end in slices of `TIME_SLICE_MS`. */
export async function cooperative<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = await runSteps(steps);
    if (step.done) return step.value;
  }
}

/**
 * Runs the steps until they end or `shouldPause` returns true after a step. Call it again to continue.
 *
 * @param beforeWaiting called before a promise is awaited
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

/** Runs the steps without pausing, for work that is known to be short and yields no promises. */
export function runSync<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
