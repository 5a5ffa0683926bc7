import type { Bucket, Histogram } from './histogram.js';
import type { Counts, FindingGroup, Tally } from './tally.js';

/** Times in milliseconds. */
export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface SideTimes {
  readonly answers: number;
  readonly latency: Latency;
  readonly histogram: readonly Bucket[];
}

export interface RouteReport {
  readonly route: string;
  readonly counts: Counts;
  readonly python: SideTimes;
  readonly ours: SideTimes;
}

/** `incomparable`: no pair of answers could be compared, so nothing is known. */
export type Outcome = 'equal' | 'within allowance' | 'different' | 'incomparable';

/** Everything that a run found out. The summary, the JSON file and the page show just this. */
export interface Report {
  readonly outcome: Outcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Addresses without credentials, query and secrets. */
  readonly python: string;
  readonly ours: string;
  /** Pairs of answers that were compared: equal, settled or different. */
  readonly compared: number;
  /** Share of the pairs and errors that may differ, 0 to 1. */
  readonly allowed: number;
  readonly total: RouteReport;
  readonly routes: readonly RouteReport[];
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly findings: readonly FindingGroup[];
  readonly ungrouped: number;
  readonly hasValues: boolean;
}

/** What a report says of the run itself. */
export interface ReportHead {
  readonly python: URL;
  readonly ours: URL;
  readonly allowed: number;
  readonly hasValues: boolean;
}

const KIND_ORDER = ['different', 'error', 'answeredWherePythonFails', 'bothFail'];

/** The report of a run as it stands. */
export function reportOf(tally: Tally, { python, ours, allowed, hasValues }: ReportHead): Report {
  const total = routeReport(tally.all);
  return {
    outcome: outcomeOf(total.counts, allowed),
    startedAt: tally.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    python: addressOf(python),
    ours: addressOf(ours),
    compared: comparedIn(total.counts),
    allowed,
    total,
    routes: [...tally.routes.values()].map(routeReport).sort((a, b) => (a.route < b.route ? -1 : 1)),
    skipped: Object.fromEntries(tally.skipped),
    dropped: tally.dropped,
    findings: [...tally.groups.values()].sort(
      (a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) || b.count - a.count,
    ),
    ungrouped: tally.ungrouped,
    hasValues,
  };
}

/** Errors count as differences: who did not answer was not equal. */
function outcomeOf(counts: Counts, allowed: number): Outcome {
  const compared = comparedIn(counts);
  const bad = counts.different + counts.error;
  if (compared + counts.error === 0) return 'incomparable';
  if (bad === 0) return 'equal';
  return bad <= allowed * (compared + counts.error) ? 'within allowance' : 'different';
}

function comparedIn({ equal, settled, different }: Counts): number {
  return equal + settled + different;
}

function routeReport(tally: { route: string; counts: Counts; python: Histogram; ours: Histogram }): RouteReport {
  const { route, counts, python, ours } = tally;
  return { route, counts, python: sideTimes(python), ours: sideTimes(ours) };
}

function sideTimes(times: Histogram): SideTimes {
  const latency = {
    mean: rounded(times.mean),
    p50: rounded(times.percentile(0.5)),
    p90: rounded(times.percentile(0.9)),
    p99: rounded(times.percentile(0.99)),
    max: rounded(times.max),
  };
  const histogram = times.buckets().map(({ upTo, count }) => ({ upTo: rounded(upTo), count }));
  return { answers: times.count, latency, histogram };
}

function rounded(milliseconds: number): number {
  return Number(milliseconds.toPrecision(3));
}

function addressOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '');
}
