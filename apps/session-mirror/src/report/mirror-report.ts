import type { VerdictKind } from '../compare-responses.js';
import type { Bucket, Counts, FindingGroup, Histogram, Tally } from './tally.js';

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

/** What the counts are called wherever a person reads them. */
export const VERDICT_LABELS: Readonly<Record<VerdictKind, string>> = {
  equal: 'equal',
  settled: 'equal on a later reading',
  different: 'different',
  error: 'not answered',
  answeredWherePythonFails: 'answered where Python fails',
  bothFail: 'both fail',
};

export const VERDICT_KINDS = Object.keys(VERDICT_LABELS) as VerdictKind[];

const OUTCOME_LABELS: Readonly<Record<RunOutcome, string>> = {
  equal: 'All answers are equal',
  'within allowance': 'Answers differ, within what is allowed',
  different: 'Answers differ',
  incomparable: 'Nothing could be compared',
};

export function headline({ outcome, compared }: MirrorReport): string {
  return `${OUTCOME_LABELS[outcome]}: ${formatNumber(compared)} ${compared === 1 ? 'pair' : 'pairs'} compared`;
}

/** `12,345` */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds as people read them: `0.84 ms`, `12 ms`, `1.2 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(2))} s`;
  return `${Number(milliseconds.toPrecision(milliseconds < 100 ? 2 : 3))} ms`;
}

/** How much a count of this kind worries: as the page's classes of colour. */
export function severityClass(kind: VerdictKind): '' | 'bad' | 'odd' {
  if (kind === 'different' || kind === 'error') return 'bad';
  return kind === 'equal' || kind === 'settled' ? '' : 'odd';
}

const SHOWN_GROUPS = 10;
const SHOWN_DIFFERENCES = 3;
const SHOWN_CHARACTERS = 120;

/** The report for a terminal. */
export function formatSummary(report: MirrorReport): string {
  const { total, skipped, dropped, findings, ungrouped } = report;
  const lines = [headline(report), ''];
  for (const kind of VERDICT_KINDS)
    if (total.counts[kind] > 0) lines.push(countLine(total.counts[kind], VERDICT_LABELS[kind]));
  for (const [reason, times] of Object.entries(skipped)) lines.push(countLine(times, `skipped: ${reason}`));
  if (dropped > 0) lines.push(countLine(dropped, 'copies dropped'));
  if (report.routes.length > 0) lines.push('', ...alignColumns([ROUTE_COLUMNS, ...report.routes.map(routeRow)]));
  for (const group of findings.slice(0, SHOWN_GROUPS)) lines.push('', ...groupLines(group));
  const hidden = findings.length - SHOWN_GROUPS;
  if (hidden > 0) lines.push('', `and ${hidden} more kinds of findings; --html and --json have them`);
  if (ungrouped > 0) lines.push('', `${formatNumber(ungrouped)} findings of still other kinds are only counted`);
  return `${lines.map(escapeControlCharacters).join('\n')}\n`;
}

function countLine(times: number, what: string): string {
  return `${formatNumber(times).padStart(10)}  ${what}`;
}

const ROUTE_COLUMNS = ['route', 'compared', 'different', 'python p50', 'p99', 'ours p50', 'p99'];

function routeRow({ route, counts, python, ours }: RouteReport): string[] {
  const compared = counts.equal + counts.settled + counts.different;
  const times = [python.latency.p50, python.latency.p99, ours.latency.p50, ours.latency.p99].map(formatDuration);
  return [route, formatNumber(compared), formatNumber(counts.different), ...times];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = ROUTE_COLUMNS.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  return rows.map((cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}

function groupLines({ kind, route, place, count: times, examples }: FindingGroup): string[] {
  const [example] = examples;
  const lines = [`${formatNumber(times)} × ${VERDICT_LABELS[kind]}: ${route}  ${place}`];
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

/** Values come from answers: what would command a terminal is shown as it would be written in JSON. */
function escapeControlCharacters(line: string): string {
  return line.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
