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
export type RunOutcome = 'equal' | 'within allowance' | 'different' | 'incomparable';

/** Everything that a run found out. The summary, the JSON file and the page show just this. */
export interface MirrorReport {
  readonly outcome: RunOutcome;
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
export interface ReportOptions {
  readonly python: URL;
  readonly ours: URL;
  readonly allowed: number;
  readonly hasValues: boolean;
}

const KIND_ORDER = ['different', 'error', 'answeredWherePythonFails', 'bothFail'];

/** The report of a run as it stands. */
export function createReport(tally: Tally, { python, ours, allowed, hasValues }: ReportOptions): MirrorReport {
  const total = routeReport(tally.all);
  return {
    outcome: determineOutcome(total.counts, allowed),
    startedAt: tally.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    python: addressWithoutSecrets(python),
    ours: addressWithoutSecrets(ours),
    compared: comparedCount(total.counts),
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
function determineOutcome(counts: Counts, allowed: number): RunOutcome {
  const compared = comparedCount(counts);
  const bad = counts.different + counts.error;
  if (compared + counts.error === 0) return 'incomparable';
  if (bad === 0) return 'equal';
  return bad <= allowed * (compared + counts.error) ? 'within allowance' : 'different';
}

function comparedCount({ equal, settled, different }: Counts): number {
  return equal + settled + different;
}

function routeReport(tally: { route: string; counts: Counts; python: Histogram; ours: Histogram }): RouteReport {
  const { route, counts, python, ours } = tally;
  return { route, counts, python: summariseTimes(python), ours: summariseTimes(ours) };
}

function summariseTimes(times: Histogram): SideTimes {
  const latency = {
    mean: roundMs(times.mean),
    p50: roundMs(times.percentile(0.5)),
    p90: roundMs(times.percentile(0.9)),
    p99: roundMs(times.percentile(0.99)),
    max: roundMs(times.max),
  };
  const histogram = times.buckets().map(({ upTo, count }) => ({ upTo: roundMs(upTo), count }));
  return { answers: times.count, latency, histogram };
}

function roundMs(milliseconds: number): number {
  return Number(milliseconds.toPrecision(3));
}

function addressWithoutSecrets({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '');
}
