import { setTimeout as wait } from 'node:timers/promises';
import {
  answerDifferences,
  areNewIds,
  areTimesSince,
  type Difference,
  exactAnswer,
  isDerivedTime,
} from '@agno/comparison';
import { LIMITS } from '../limits.js';
import type { MirrorRequest } from '../requests/mirror-request.js';
import { rulesFor } from './rules.js';
import { NoReply, type Reply, type Side } from './side.js';
import type { Compared, Verdict } from './verdict.js';

export interface Sides {
  readonly python: Side;
  readonly ours: Side;
}

/** The answers of both sides to one request. */
export interface Pair {
  readonly python: Reply;
  readonly ours: Reply;
}

/**
 * Compares the answers of both sides to a request that changes nothing. A pair that differs is read again, so that
 * neither a write between two answers nor a value made for each answer counts as a difference. `given` is Python's first
 * answer where it is there already.
 */
export function comparePair(sides: Sides, request: MirrorRequest, given?: Reply): Promise<Compared> {
  return withTimes(request, async () => {
    const [python, ours] = await Promise.all([given ?? sides.python.ask(request), sides.ours.ask(request)]);
    const first = { python, ours };
    return { first, verdict: await verdictOf(sides, request, first) };
  });
}

/** What became of a request, with the times of the first reading; an error where a side did not answer. */
export async function withTimes(
  request: MirrorRequest,
  compare: () => Promise<{ first: Pair; verdict: Verdict }>,
): Promise<Compared> {
  try {
    const { first, verdict } = await compare();
    return { request, verdict, milliseconds: { python: first.python.milliseconds, ours: first.ours.milliseconds } };
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    return { request, verdict: { kind: 'error', side: error.side, reason: error.message } };
  }
}

/** The verdict on a pair of which Python's answer is a 5xx: there is nothing to compare with. */
export function pythonFailure({ python, ours }: Pair): Verdict | undefined {
  if (python.status < 500) return undefined;
  const differences = [{ path: 'status', expected: String(python.status), actual: String(ours.status) }];
  return { kind: ours.status < 500 ? 'answeredWherePythonFails' : 'bothFail', differences };
}

export function pairDifferences({ python, ours }: Pair, request: MirrorRequest): Difference[] {
  const rules = rulesFor(request);
  return answerDifferences(exactAnswer(python, rules), ours, rules);
}

async function verdictOf(sides: Sides, request: MirrorRequest, first: Pair): Promise<Verdict> {
  const failure = pythonFailure(first);
  if (failure !== undefined) return failure;
  let differences = pairDifferences(first, request);
  if (differences.length === 0) return { kind: 'equal' };
  // That we have failed once is not mended by our having answered later.
  for (let reading = 2; reading <= LIMITS.readings && first.ours.status < 500; reading++) {
    await wait(LIMITS.readingPauseMs);
    const [python, ours] = await Promise.all([sides.python.ask(request), sides.ours.ask(request)]);
    const again = pythonFailure({ python, ours });
    if (again !== undefined) return again;
    differences = steadyDifferences(first.python, { python, ours }, request);
    if (differences.length === 0) return { kind: 'settled' };
  }
  return { kind: 'different', differences };
}

/** How long after a request its answer may note the time as its own, in seconds. */
const ANSWERED_WITHIN = 6;

/** Differences without the values that are made anew for every answer: ids that Python itself changes, and the time. */
function steadyDifferences(earlier: Reply, pair: Pair, request: MirrorRequest): Difference[] {
  const rules = rulesFor(request);
  const unsteady = new Set(
    answerDifferences(exactAnswer(earlier, rules), pair.python, rules).map((difference) => difference.path),
  );
  return pairDifferences(pair, request).filter((difference) => {
    const isMadeId = unsteady.has(difference.path) && areNewIds(difference);
    const since = pair.python.at - ANSWERED_WITHIN;
    return !isMadeId && !areTimesSince(difference, since) && !isDerivedTime(difference, since);
  });
}
