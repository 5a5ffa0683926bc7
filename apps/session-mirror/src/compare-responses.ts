import { setTimeout as wait } from 'node:timers/promises';
import {
  areGeneratedIds,
  areGeneratedTimes,
  type ComparisonRules,
  type Difference,
  exactExpectation,
  isDerivedMessageTime,
  responseDifferences,
} from '@session-service/comparison';
import { LIMITS } from './mirror-limits.js';
import { type MirrorRequest, queryParameters, routeOf } from './requests/mirror-request.js';
import { NoResponse, type Side, type SideName, type SideResponse } from './side.js';

/** What came of asking both sides the same. */
export type Verdict =
  | { readonly kind: 'equal' }
  /** They differed, and agreed when they were asked again. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }
  /** Python answers 5xx, we do not: meant so, see docs/parity.md. */
  | { readonly kind: 'answeredWherePythonFails'; readonly differences: readonly Difference[] }
  /** Both answer 5xx, so there is nothing to compare. */
  | { readonly kind: 'bothFail'; readonly differences: readonly Difference[] }
  | { readonly kind: 'error'; readonly side: SideName; readonly reason: string };

export type VerdictKind = Verdict['kind'];

/** A request with its verdict and the times of the first reading. */
export interface ComparisonResult {
  readonly request: MirrorRequest;
  readonly verdict: Verdict;
  readonly milliseconds?: Readonly<Record<SideName, number>>;
}

export interface Sides {
  readonly python: Side;
  readonly ours: Side;
}

/** The answers of both sides to one request. */
export interface ResponsePair {
  readonly python: SideResponse;
  readonly ours: SideResponse;
}

/**
 * Compares the answers of both sides to a request that changes nothing. A pair that differs is read again, so that
 * neither a write between two answers nor a value made for each answer counts as a difference. `given` is Python's first
 * answer where it is there already.
 */
export function compareResponses(
  sides: Sides,
  request: MirrorRequest,
  given?: SideResponse,
): Promise<ComparisonResult> {
  return toComparisonResult(request, async () => {
    const [python, ours] = await Promise.all([given ?? sides.python.send(request), sides.ours.send(request)]);
    const first = { python, ours };
    return { first, verdict: await compareWithRetries(sides, request, first) };
  });
}

/** What became of a request, with the times of the first reading; an error where a side did not answer. */
export async function toComparisonResult(
  request: MirrorRequest,
  compare: () => Promise<{ first: ResponsePair; verdict: Verdict }>,
): Promise<ComparisonResult> {
  try {
    const { first, verdict } = await compare();
    return { request, verdict, milliseconds: { python: first.python.milliseconds, ours: first.ours.milliseconds } };
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    return { request, verdict: { kind: 'error', side: error.side, reason: error.message } };
  }
}

/** The verdict on a pair of which Python's answer is a 5xx: there is nothing to compare with. */
export function pythonFailure({ python, ours }: ResponsePair): Verdict | undefined {
  if (python.status < 500) return undefined;
  const differences = [{ path: 'status', expected: String(python.status), actual: String(ours.status) }];
  return { kind: ours.status < 500 ? 'answeredWherePythonFails' : 'bothFail', differences };
}

export function responsePairDifferences({ python, ours }: ResponsePair, request: MirrorRequest): Difference[] {
  const rules = comparisonRulesFor(request);
  return responseDifferences(exactExpectation(python, rules), ours, rules);
}

async function compareWithRetries(sides: Sides, request: MirrorRequest, first: ResponsePair): Promise<Verdict> {
  const failure = pythonFailure(first);
  if (failure !== undefined) return failure;
  let differences = responsePairDifferences(first, request);
  if (differences.length === 0) return { kind: 'equal' };
  // That we have failed once is not mended by our having answered later.
  for (let reading = 2; reading <= LIMITS.attempts && first.ours.status < 500; reading++) {
    await wait(LIMITS.attemptPauseMs);
    const [python, ours] = await Promise.all([sides.python.send(request), sides.ours.send(request)]);
    const again = pythonFailure({ python, ours });
    if (again !== undefined) return again;
    differences = stableDifferences(first.python, { python, ours }, request);
    if (differences.length === 0) return { kind: 'settled' };
  }
  return { kind: 'different', differences };
}

/** How long after a request its answer may note the time as its own, in seconds. */
const RESPONSE_TIME_TOLERANCE_SECONDS = 6;

/** Differences without the values that are made anew for every answer: ids that Python itself changes, and the time. */
function stableDifferences(earlier: SideResponse, pair: ResponsePair, request: MirrorRequest): Difference[] {
  const rules = comparisonRulesFor(request);
  const unsteady = new Set(
    responseDifferences(exactExpectation(earlier, rules), pair.python, rules).map((difference) => difference.path),
  );
  return responsePairDifferences(pair, request).filter((difference) => {
    const isMadeId = unsteady.has(difference.path) && areGeneratedIds(difference);
    const since = pair.python.sentAt - RESPONSE_TIME_TOLERANCE_SECONDS;
    return !isMadeId && !areGeneratedTimes(difference, since) && !isDerivedMessageTime(difference, since);
  });
}

const NO_RULES: ComparisonRules = {};
/** Columns that a listed session shows, so that it can be seen which ones tie. */
const LISTED_COLUMNS = new Set(['created_at', 'user_id', 'agent_id', 'team_id', 'workflow_id', 'session_type']);

/** What of the answers to a request may differ by chance: AgentOS sorts lists without a tie breaker. */
export function comparisonRulesFor({ target }: MirrorRequest): ComparisonRules {
  const route = routeOf(target);
  if (route === '/health') return { processDates: ['instantiated_at'] };
  if (route !== '/sessions') return NO_RULES;
  const column = queryParameters(target).get('sort_by') ?? 'created_at';
  if (column === 'session_id') return NO_RULES;
  if (column === 'updated_at') return { rankedBy: ['updated_at', 'created_at'] };
  return { rankedBy: LISTED_COLUMNS.has(column) ? [column] : [] };
}
