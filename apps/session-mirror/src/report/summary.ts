import type { MirrorReport, RouteReport } from './report.js';
import type { FindingGroup } from './tally.js';
import { formatDuration, formatNumber, headline, VERDICT_KINDS, VERDICT_LABELS } from './words.js';

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
