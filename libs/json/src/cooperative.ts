import { setImmediate } from 'node:timers/promises';

/**
 * Work whose length depends on a request or on stored data, cut into steps. At every `yield` other requests may run: between
 * values, messages, runs and rows, so that one large session delays nobody. A promise that is yielded is awaited: the work
 * needs rows that have not arrived.
 */
export type Steps<T> = Generator<Promise<unknown> | undefined, T>;

/** How long work may keep the event loop before other requests run, in milliseconds. */
const TIME_SLICE_MS = 10;

/** Runs the steps in slices of `TIME_SLICE_MS`. */
export async function cooperative<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = await runSteps(steps);
    if (step.done) return step.value;
  }
}

/**
 * Runs the steps until they end, or until `isEnough` at one of them: then they can be run on.
 *
 * @param beforeWaiting called before a promise is awaited
 */
export async function runSteps<T>(
  steps: Steps<T>,
  isEnough: () => boolean = () => false,
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
    if (isEnough()) return step;
  }
}

/** Runs the steps without a break, for work that is known to be small and waits for nothing. */
export function runSync<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
