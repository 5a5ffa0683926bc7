import type { VerdictKind } from '../compare-responses.js';
import type { Bucket, Counts, FindingGroup, Histogram, Tally } from './tally.js';

/** Statistics of response times, in milliseconds. */
interface Latency {
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

/** `incomparable`: no pair of responses could be compared. */
export type RunOutcome = 'equal' | 'within allowance' | 'different' | 'incomparable';

/** The result of a run, shown by the summary, the JSON file and the page. */
export interface MirrorReport {
  readonly outcome: RunOutcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** URLs without credentials, query and secrets. */
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

interface ReportOptions {
  readonly python: URL;
  readonly ours: URL;
  readonly allowed: number;
  readonly hasValues: boolean;
}

const KIND_ORDER = ['different', 'error', 'answeredWherePythonFails', 'bothFail'];

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
      (a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) || b.count - a.count,
    ),
    ungrouped: tally.ungrouped,
    hasValues,
  };
}

/** A missing response counts as a difference, because it does not equal the other side's response. */
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

/** Labels of the counts in the summary and the page. */
export const VERDICT_LABELS: Readonly<Record<VerdictKind, string>> = {
  equal: 'equal',
  settled: 'equal after a retry',
  different: 'different',
  error: 'no response',
  answeredWherePythonFails: 'no failure where Python fails',
  bothFail: 'both fail',
};

export const VERDICT_KINDS = Object.keys(VERDICT_LABELS) as VerdictKind[];

const OUTCOME_LABELS: Readonly<Record<RunOutcome, string>> = {
  equal: 'All responses are equal',
  'within allowance': 'Responses differ, but no more than allowed',
  different: 'Responses differ',
  incomparable: 'Nothing could be compared',
};

export function headline({ outcome, compared }: MirrorReport): string {
  return `${OUTCOME_LABELS[outcome]}: ${formatNumber(compared)} ${compared === 1 ? 'pair' : 'pairs'} compared`;
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

/** CSS class for the severity of a verdict. */
export function severityClass(kind: VerdictKind): '' | 'bad' | 'odd' {
  if (kind === 'different' || kind === 'error') return 'bad';
  return kind === 'equal' || kind === 'settled' ? '' : 'odd';
}

const SHOWN_GROUPS = 10;
const SHOWN_DIFFERENCES = 3;
const SHOWN_CHARACTERS = 120;

/** Formats the report for a terminal. */
export function formatSummary(report: MirrorReport): string {
  const { total, skipped, dropped, findings, ungrouped } = report;
  const lines = [headline(report), ''];
  for (const kind of VERDICT_KINDS)
    if (total.counts[kind] > 0) lines.push(countLine(total.counts[kind], VERDICT_LABELS[kind]));
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
  const lines = [`${formatNumber(count)} × ${VERDICT_LABELS[kind]}: ${route}  ${place}`];
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
