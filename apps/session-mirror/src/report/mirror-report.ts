import type { Options } from '../command-line.js';
import type { VerdictKind } from '../compare-responses.js';
import type { Bucket, Counts, FindingGroup, Histogram, RouteTally, Tally } from './tally.js';

export interface SideTimes {
  readonly answers: number;
  /** Statistics of response times, in milliseconds. */
  readonly latency: Readonly<Record<'mean' | 'p50' | 'p90' | 'p99' | 'max', number>>;
  readonly histogram: readonly Bucket[];
}

export interface RouteReport {
  readonly route: string;
  readonly counts: Counts;
  readonly python: SideTimes;
  readonly ours: SideTimes;
}

/** Headline, exit code and CSS class of each outcome. `incomparable`: no pair of responses could be compared. */
export const OUTCOMES = {
  equal: { label: 'All responses are equal', exitCode: 0, severity: '' },
  'within allowance': { label: 'Responses differ, but no more than allowed', exitCode: 0, severity: 'odd' },
  different: { label: 'Responses differ', exitCode: 1, severity: 'bad' },
  incomparable: { label: 'Nothing could be compared', exitCode: 2, severity: 'bad' },
} as const;

type RunOutcome = keyof typeof OUTCOMES;

/** Label and CSS class of each verdict in the summary and the page, in the order in which they are shown. */
export const VERDICTS: Readonly<Record<VerdictKind, { label: string; severity: '' | 'bad' | 'odd' }>> = {
  equal: { label: 'equal', severity: '' },
  settled: { label: 'equal after a retry', severity: '' },
  different: { label: 'different', severity: 'bad' },
  error: { label: 'no response', severity: 'bad' },
  answeredWherePythonFails: { label: 'no failure where Python fails', severity: 'odd' },
  bothFail: { label: 'both fail', severity: 'odd' },
};

export const VERDICT_KINDS = Object.keys(VERDICTS) as VerdictKind[];

/** The result of a run, shown by the summary, the JSON file and the page. */
export interface MirrorReport {
  readonly outcome: RunOutcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** URLs of the two servers, without credentials, query and secrets. */
  readonly python: string;
  readonly ours: string;
  /** Number of requests to which both sides responded comparably: equal, settled or different. */
  readonly compared: number;
  /** Fraction of the compared requests that may differ or fail without failing the run, from 0 to 1. */
  readonly allowed: number;
  readonly total: RouteReport;
  readonly routes: readonly RouteReport[];
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly findings: readonly FindingGroup[];
  readonly ungrouped: number;
  readonly hasValues: boolean;
}

type ReportOptions = Pick<Options, 'python' | 'ours' | 'allowed' | 'hasValues'>;

/** Summarises the comparisons so far. A run can create several reports. */
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
      (a, b) => VERDICT_KINDS.indexOf(a.kind) - VERDICT_KINDS.indexOf(b.kind) || b.count - a.count,
    ),
    ungrouped: tally.ungrouped,
    hasValues,
  };
}

/** Determines the outcome of a run. A missing response counts as a difference. */
function determineOutcome(counts: Counts, allowed: number): RunOutcome {
  const compared = comparedCount(counts);
  const failed = counts.different + counts.error;
  if (compared + counts.error === 0) return 'incomparable';
  if (failed === 0) return 'equal';
  return failed <= allowed * (compared + counts.error) ? 'within allowance' : 'different';
}

function comparedCount({ equal, settled, different }: Counts): number {
  return equal + settled + different;
}

function routeReport({ route, counts, python, ours }: RouteTally): RouteReport {
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

export function headline({ outcome, compared }: MirrorReport): string {
  return `${OUTCOMES[outcome].label}: ${formatNumber(compared)} ${compared === 1 ? 'pair' : 'pairs'} compared`;
}

/** Formats 12345 as `12,345`. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US');
}

/** Formats milliseconds as `0.84 ms`, `12 ms` or `1.2 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(2))} s`;
  return `${Number(milliseconds.toPrecision(milliseconds < 100 ? 2 : 3))} ms`;
}

const SHOWN_GROUPS = 10;
const SHOWN_DIFFERENCES = 3;
const SHOWN_CHARACTERS = 120;

/** Formats the report for a terminal. */
export function formatSummary(report: MirrorReport): string {
  const { total, skipped, dropped, findings, ungrouped } = report;
  const lines = [headline(report), ''];
  for (const kind of VERDICT_KINDS)
    if (total.counts[kind] > 0) lines.push(countLine(total.counts[kind], VERDICTS[kind].label));
  for (const [reason, count] of Object.entries(skipped)) lines.push(countLine(count, `skipped: ${reason}`));
  if (dropped > 0) lines.push(countLine(dropped, 'copies dropped'));
  if (report.routes.length > 0) lines.push('', ...alignColumns([ROUTE_COLUMNS, ...report.routes.map(routeRow)]));
  for (const group of findings.slice(0, SHOWN_GROUPS)) lines.push('', ...groupLines(group));
  const hidden = findings.length - SHOWN_GROUPS;
  if (hidden > 0) lines.push('', `${hidden} more groups of findings are in the --html and --json reports`);
  if (ungrouped > 0)
    lines.push('', `${formatNumber(ungrouped)} further findings beyond the maximum number of groups are only counted`);
  return `${lines.map(escapeControlCharacters).join('\n')}\n`;
}

function countLine(count: number, label: string): string {
  return `${formatNumber(count).padStart(10)}  ${label}`;
}

const ROUTE_COLUMNS = ['route', 'compared', 'different', 'python p50', 'p99', 'ours p50', 'p99'];

function routeRow({ route, counts, python, ours }: RouteReport): string[] {
  const times = [python.latency.p50, python.latency.p99, ours.latency.p50, ours.latency.p99].map(formatDuration);
  return [route, formatNumber(comparedCount(counts)), formatNumber(counts.different), ...times];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = ROUTE_COLUMNS.map((_, index) => Math.max(...rows.map((cells) => cells[index]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  );
}

function groupLines({ kind, route, place, count, examples }: FindingGroup): string[] {
  const [example] = examples;
  const lines = [`${formatNumber(count)} × ${VERDICTS[kind].label}: ${route}  ${place}`];
  if (example === undefined) return lines;
  lines.push(`  e.g. ${example.method} ${example.target}`);
  for (const { path, expected, actual } of example.differences.slice(0, SHOWN_DIFFERENCES)) {
    lines.push(`       ${path}`, `         python ${truncate(expected)}`, `         ours   ${truncate(actual)}`);
  }
  return lines;
}

function truncate(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

/** Escapes control characters like JSON, because values of responses must not control the terminal. */
function escapeControlCharacters(line: string): string {
  return line.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
