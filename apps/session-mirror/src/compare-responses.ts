import { setTimeout as wait } from 'node:timers/promises';
import {
  areGeneratedIds,
  areGeneratedTimes,
  type ComparisonRules,
  type Difference,
  exactExpectation,
  isDerivedMessageTime,
  responseDifferences,
  type TimedResponse,
} from '@session-service/comparison';
import { LIMITS } from './mirror-limits.js';
import { type MirrorRequest, routeOf } from './requests/mirror-request.js';
import { NoResponse, type Side, type SideName } from './side.js';

export type Verdict =
  | { readonly kind: 'equal' }
  /** The responses differed at first, but were equal when the request was repeated. */
  | { readonly kind: 'settled' }
  /**
   * answeredWherePythonFails: Python responds 5xx and our service does not. That is intended: see docs/parity.md.
   * bothFail: both respond 5xx, so there is nothing to compare.
   */
  | {
      readonly kind: 'different' | 'answeredWherePythonFails' | 'bothFail';
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'error'; readonly side: SideName; readonly reason: string };

export type VerdictKind = Verdict['kind'];

/** A request with its verdict. `milliseconds`: response times of the first attempt, if both sides responded. */
export interface ComparisonResult {
  readonly request: MirrorRequest;
  readonly verdict: Verdict;
  readonly milliseconds?: Readonly<Record<SideName, number>>;
}

export type Sides = Readonly<Record<SideName, Side>>;

export type ResponsePair = Readonly<Record<SideName, TimedResponse>>;

/**
 * Compares the responses of both sides to a GET or HEAD request. If the responses differ, repeats the request, so that
 * neither a concurrent write nor a value generated for each response counts as a difference.
 *
 * @param given Python's response, if the proxy has already received it
 */
export function compareResponses(
  sides: Sides,
  request: MirrorRequest,
  given?: TimedResponse,
): Promise<ComparisonResult> {
  return toComparisonResult(
    request,
    async (side) => (side === 'python' && given) || sides[side].send(request),
    (first) => compareWithRetries(sides, request, first),
  );
}

/** Sends a request to both sides and compares the responses. The verdict is an error if a side does not respond. */
export async function toComparisonResult(
  request: MirrorRequest,
  send: (side: SideName) => Promise<TimedResponse>,
  compare: (pair: ResponsePair) => Verdict | Promise<Verdict>,
): Promise<ComparisonResult> {
  try {
    const [python, ours] = await Promise.all([send('python'), send('ours')]);
    const verdict = pythonFailure({ python, ours }) ?? (await compare({ python, ours }));
    return { request, verdict, milliseconds: { python: python.milliseconds, ours: ours.milliseconds } };
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    return { request, verdict: { kind: 'error', side: error.side, reason: error.message } };
  }
}

/** The verdict when Python's response is a 5xx, which cannot be compared; undefined for other responses. */
function pythonFailure({ python, ours }: ResponsePair): Verdict | undefined {
  if (python.status < 500) return undefined;
  const differences = [{ path: 'status', expected: String(python.status), actual: String(ours.status) }];
  return { kind: ours.status < 500 ? 'answeredWherePythonFails' : 'bothFail', differences };
}

export function responsePairDifferences({ python, ours }: ResponsePair, request: MirrorRequest): Difference[] {
  const rules = comparisonRulesFor(request);
  return responseDifferences(exactExpectation(python, rules), ours, rules);
}

async function compareWithRetries(sides: Sides, request: MirrorRequest, first: ResponsePair): Promise<Verdict> {
  let differences = responsePairDifferences(first, request);
  if (differences.length === 0) return { kind: 'equal' };
  // A 5xx of our service counts as a difference at once, even if a repeated request would succeed.
  for (let attempt = 2; attempt <= LIMITS.attempts && first.ours.status < 500; attempt++) {
    await wait(LIMITS.attemptPauseMs);
    const [python, ours] = await Promise.all([sides.python.send(request), sides.ours.send(request)]);
    const failure = pythonFailure({ python, ours });
    if (failure !== undefined) return failure;
    differences = stableDifferences(first.python, { python, ours }, request);
    if (differences.length === 0) return { kind: 'settled' };
  }
  return { kind: 'different', differences };
}

/** Generated times may be this many seconds before the request, because clocks of two hosts differ. */
const RESPONSE_TIME_TOLERANCE_SECONDS = 6;

/** Drops differences between values generated per response: ids that Python itself changes, and current times. */
function stableDifferences(earlier: TimedResponse, pair: ResponsePair, request: MirrorRequest): Difference[] {
  const changes = responsePairDifferences({ python: earlier, ours: pair.python }, request);
  const changingPaths = new Set(changes.map(({ path }) => path));
  return responsePairDifferences(pair, request).filter((difference) => {
    const isGeneratedId = changingPaths.has(difference.path) && areGeneratedIds(difference);
    const since = pair.python.sentAt - RESPONSE_TIME_TOLERANCE_SECONDS;
    return !isGeneratedId && !areGeneratedTimes(difference, since) && !isDerivedMessageTime(difference, since);
  });
}

/** Sort columns that are members of list items, so that items with equal values (ties) can be recognised. */
const LISTED_COLUMNS = new Set(['created_at', 'user_id', 'agent_id', 'team_id', 'workflow_id', 'session_type']);

/** Rules for parts that differ by chance: start times, and the order of ties, which AgentOS leaves undefined. */
function comparisonRulesFor({ target }: MirrorRequest): ComparisonRules {
  const route = routeOf(target);
  if (route === '/health') return { processDates: ['instantiated_at'] };
  if (route !== '/sessions') return {};
  // The last value of a repeated parameter counts, as in AgentOS.
  const column = new URLSearchParams(target.slice(target.indexOf('?') + 1)).getAll('sort_by').at(-1) ?? 'created_at';
  if (column === 'session_id') return {};
  if (column === 'updated_at') return { rankedBy: ['updated_at', 'created_at'] };
  return { rankedBy: LISTED_COLUMNS.has(column) ? [column] : [] };
}
