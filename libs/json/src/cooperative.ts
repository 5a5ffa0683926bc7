import { setImmediate } from 'node:timers/promises';

/**
 * Work whose length depends on a request or on stored data, cut into steps: at every `yield` other requests may run. It
 * yields between values, messages, runs and rows, so that one large session delays nobody.
 */
export type Steps<T> = Generator<undefined, T>;

/** How long work may keep the event loop before other requests run, in milliseconds. */
const TIME_SLICE_MS = 10;

/** Runs the steps in slices of `TIME_SLICE_MS`. */
export async function cooperative<T>(steps: Steps<T>): Promise<T> {
  let sliceEnd = performance.now() + TIME_SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + TIME_SLICE_MS;
  }
}

/** Runs the steps without a break, for work that is known to be small. */
export function allAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
