import type { Sides } from './comparing/compare-pair.js';
import { NoResponse } from './comparing/side.js';

/** Says of each side that does not answer at all why; empty when both do. Any HTTP answer will do. */
export async function unreachableSides(sides: Sides): Promise<string[]> {
  const asked = await Promise.allSettled(
    [sides.python, sides.ours].map((side) => side.send({ method: 'GET', target: '/health', headers: {} })),
  );
  return asked.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    if (!(result.reason instanceof NoResponse)) throw result.reason;
    return [`--${result.reason.side} does not answer: ${result.reason.message}`];
  });
}
