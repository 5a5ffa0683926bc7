import { setImmediate } from 'node:timers/promises';
import type { Steps } from '@agno/contract';

/** How long one request may keep the event loop before the others get a turn, in milliseconds. */
const TURN_MS = 15;

/** Does the work, in turns with other requests when it takes long. */
export async function inSteps<T>(steps: Steps<T>): Promise<T> {
  let turnEnd = performance.now() + TURN_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < turnEnd) continue;
    await setImmediate();
    turnEnd = performance.now() + TURN_MS;
  }
}
