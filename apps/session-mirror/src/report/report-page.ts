import type { Difference } from '@session-service/comparison';
import type { VerdictKind } from '../compare-responses.js';
import type { Example } from './findings.js';
import {
  formatDuration,
  formatNumber,
  headline,
  type MirrorReport,
  OUTCOMES,
  type RouteReport,
  type SideTimes,
  VERDICT_KINDS,
  VERDICTS,
} from './mirror-report.js';
import type { FindingGroup } from './tally.js';

const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Renders the report as a self-contained page without scripts, files or network access. */
export function renderReportPage(report: MirrorReport): string {
  const title = headline(report);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<title>${title}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body><main>
${banner(report, title)}
${countList(report)}
<h2>Response times</h2>
${latencyChart(report.total)}
<h2>Routes</h2>
${routesTable(report)}
<h2>Findings</h2>
${findingsSection(report)}
${footer(report)}
</main></body>
</html>
`.text;
}

function banner({ outcome, startedAt, finishedAt, python, ours }: MirrorReport, title: string): Html {
  const time = (iso: string) => html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
  return html`<header class="banner ${OUTCOMES[outcome].severity}"><h1>${title}</h1>
<div class="quiet"><span class="python-side">python</span> <code>${python}</code> and <span class="ours-side">ours</span> <code>${ours}</code>,
${time(startedAt)} to ${time(finishedAt)} UTC</div></header>`;
}

function countList({ total, skipped, dropped }: MirrorReport): Html {
  const skippedCount = Object.values(skipped).reduce((sum, count) => sum + count, 0);
  const always: readonly VerdictKind[] = ['equal', 'different', 'error'];
  const shown = VERDICT_KINDS.filter((kind) => total.counts[kind] > 0 || always.includes(kind));
  const item = (count: number, label: string, colour: string) =>
    html`<li class="${count > 0 ? colour : ''}"><b>${formatNumber(count)}</b><span>${label}</span></li>`;
  return html`<ul class="figures">
${shown.map((kind) => item(total.counts[kind], VERDICTS[kind].label, VERDICTS[kind].severity))}
${skippedCount > 0 ? item(skippedCount, 'skipped', '') : ''}
${dropped > 0 ? item(dropped, 'copies dropped', 'odd') : ''}
</ul>`;
}

function footer({ skipped, allowed, hasValues }: MirrorReport): Html {
  const reasons = Object.entries(skipped).map(([reason, count]) => `${formatNumber(count)} ${reason}`);
  return html`<footer>
${reasons.length > 0 ? html`<p>Skipped: ${reasons.join('; ')}.</p>` : ''}
${allowed > 0 ? html`<p>Up to ${allowed * 100} % of the pairs may differ.</p>` : ''}
<p>Equal responses have the same status, the same relevant headers, and the same JSON, with the same digits and order of keys.
${hasValues ? 'Examples contain values of responses: protect this page like the data.' : 'Values of responses are hidden.'}</p>
</footer>`;
}

function routesTable({ routes, total }: MirrorReport): Html {
  const rows = routes.length > 1 ? [...routes, total] : routes;
  return html`<div class="scroll"><table>
<thead><tr><th class="over" colspan="5"></th><th class="over python-side" colspan="3">python</th><th class="over ours-side" colspan="3">ours</th></tr>
<tr><th>route</th><th>equal</th><th>different</th><th>no response</th><th>failing in Python</th>
<th>p50</th><th>p90</th><th>p99</th><th>p50</th><th>p90</th><th>p99</th></tr></thead>
<tbody>${rows.map(routeRow)}</tbody></table></div>`;
}

function routeRow({ route, counts, python, ours }: RouteReport): Html {
  const times = [python, ours].flatMap(({ answers, latency }) =>
    [latency.p50, latency.p90, latency.p99].map((time) => html`<td>${answers === 0 ? '–' : formatDuration(time)}</td>`),
  );
  return html`<tr><td><code>${route}</code></td>${countCell(counts.equal + counts.settled, '')}${countCell(counts.different, 'bad')}
${countCell(counts.error, 'bad')}${countCell(counts.answeredWherePythonFails + counts.bothFail, 'odd')}${times}</tr>`;
}

function countCell(count: number, colour: string): Html {
  return html`<td class="${count === 0 ? 'zero' : colour}">${formatNumber(count)}</td>`;
}

/** Number of finding groups that the page initially expands. */
const OPEN_GROUPS = 3;

function findingsSection({ findings, ungrouped }: MirrorReport): Html {
  if (findings.length === 0) return html`<p class="quiet">No differences.</p>`;
  return html`${findings.map(findingGroup)}
${ungrouped > 0 ? html`<p class="quiet">${formatNumber(ungrouped)} further findings beyond the maximum number of groups are only counted.</p>` : ''}`;
}

function findingGroup({ kind, route, place, count, examples }: FindingGroup, index: number): Html {
  const { label, severity } = VERDICTS[kind];
  const isOpen = index < OPEN_GROUPS && severity === 'bad';
  return html`<details${isOpen ? html` open` : ''}><summary><span class="count">${formatNumber(count)}</span>
<span class="tag ${severity}">${label}</span> <span class="place"><code>${route}</code> &nbsp; <code>${place}</code></span></summary>
${examples.map(exampleBlock)}</details>`;
}

function exampleBlock({ method, target, differences, more }: Example): Html {
  return html`<div class="example"><code>${method} ${target}</code>
<dl class="places">${differences.map(differenceBlock)}</dl>
${more > 0 ? html`<p class="quiet">and ${formatNumber(more)} more differences</p>` : ''}</div>`;
}

function differenceBlock({ path, expected, actual }: Difference): Html {
  return html`<div class="path"><code>${path}</code></div>
<dt class="python-side">python</dt><dd class="value">${expected}</dd><dt class="ours-side">ours</dt><dd class="value">${actual}</dd>`;
}

const CHART_WIDTH = 960;
const CHART_HEIGHT = 220;
const CHART_LEFT = 12;
const CHART_BASE = 180;
const CHART_TOP = 28;
const TICKS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 100_000];

/** Overlays the response-time histograms of both sides. A bar's height is its fraction of the side's responses. */
function latencyChart({ python, ours }: Pick<RouteReport, 'python' | 'ours'>): Html {
  const bounds = [...python.histogram, ...ours.histogram].map(({ upTo }) => upTo);
  if (bounds.length === 0) return html`<p class="quiet">No response times were measured.</p>`;
  const axis = { from: Math.min(...bounds) / 1.3, to: Math.max(...bounds) * 1.3 };
  const shares = [python, ours].flatMap(({ answers, histogram }) => histogram.map(({ count }) => count / answers));
  const tallest = Math.max(...shares);
  const ticks = TICKS_MS.filter((tick) => tick > axis.from && tick < axis.to);
  return html`<svg viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT}" role="img" aria-label="Distribution of response times of both sides">
    ${ticks.map((tick) => {
      const x = xPosition(tick, axis);
      return html`<line class="grid" x1="${x}" x2="${x}" y1="${CHART_TOP}" y2="${CHART_BASE}"/><text class="tick" x="${x}" y="${CHART_BASE + 18}">${formatDuration(tick)}</text>`;
    })}
    <line class="axis" x1="${CHART_LEFT}" x2="${CHART_WIDTH - CHART_LEFT}" y1="${CHART_BASE}" y2="${CHART_BASE}"/>
    ${histogramBars('python', python, axis, tallest)}${histogramBars('ours', ours, axis, tallest)}
    ${medianLine('python', python, axis, CHART_TOP - 14)}${medianLine('ours', ours, axis, CHART_TOP)}
    <text class="tick" x="${CHART_WIDTH / 2}" y="${CHART_HEIGHT - 4}">time until the last byte of the response, logarithmic</text>
  </svg>`;
}

/** Range of the logarithmic time axis, in milliseconds. */
interface Axis {
  readonly from: number;
  readonly to: number;
}

function xPosition(milliseconds: number, { from, to }: Axis): number {
  const fraction = Math.log(milliseconds / from) / Math.log(to / from);
  return roundPixels(CHART_LEFT + fraction * (CHART_WIDTH - 2 * CHART_LEFT));
}

function roundPixels(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function histogramBars(side: string, { answers, histogram }: SideTimes, axis: Axis, tallest: number): Html[] {
  return histogram.map(({ upTo, count }, index) => {
    const before = histogram[index - 1]?.upTo ?? upTo / 2 ** (1 / 8);
    const [left, right] = [xPosition(before, axis), xPosition(upTo, axis)];
    const height = roundPixels((count / answers / tallest) * (CHART_BASE - CHART_TOP - 20));
    return html`<rect class="${side}" x="${left}" width="${roundPixels(right - left)}" y="${CHART_BASE - height}" height="${height}"><title>${side}: ${count} up to ${formatDuration(upTo)}</title></rect>`;
  });
}

function medianLine(side: string, { answers, latency }: SideTimes, axis: Axis, y: number): Html {
  if (answers === 0) return html``;
  const x = xPosition(latency.p50, axis);
  return html`<line class="median ${side}" x1="${x}" x2="${x}" y1="${y}" y2="${CHART_BASE}"/><text class="label ${side}" x="${x + 5}" y="${y + 6}">${side} p50 ${formatDuration(latency.p50)}</text>`;
}

/** HTML that templates insert without escaping. */
class Html {
  constructor(readonly text: string) {}
}

type TemplateValue = Html | string | number | readonly Html[];

/** Template tag for HTML. Escapes all inserted values except `Html`. */
export function html(fixed: TemplateStringsArray, ...parts: readonly TemplateValue[]): Html {
  return new Html(fixed.reduce((result, next, index) => result + renderValue(parts[index - 1]) + next));
}

function renderValue(part: TemplateValue | undefined): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1c2430; --quiet: #5d6878; --line: #dfe4ea; --soft: #f6f8fa; --python: #3b6fb6;
  --ours: #1a8a5a; --bad: #b3261e; --odd: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 28px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 18px; margin: 40px 0 12px; }
.quiet { color: var(--quiet); }
.banner { border-left: 6px solid var(--ours); padding: 4px 0 4px 18px; }
.banner.bad { border-color: var(--bad); }
.banner.odd { border-color: var(--odd); }
code, .value { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 24px 0 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 140px; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.figures b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures span { color: var(--quiet); font-size: 13px; }
.figures .bad b { color: var(--bad); }
.figures .odd b { color: var(--odd); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; font-size: 13px; }
th:first-child, td:first-child { text-align: left; }
.over { text-align: center; border-bottom: 0; padding-bottom: 0; }
td.bad { color: var(--bad); font-weight: 600; }
td.odd { color: var(--odd); }
.zero { color: #b6bec8; }
svg { display: block; width: 100%; height: auto; margin: 8px 0 0; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: #9aa5b1; }
svg rect.python { fill: var(--python); opacity: .5; }
svg rect.ours { fill: var(--ours); opacity: .5; }
svg .median { stroke-width: 1.5; stroke-dasharray: 3 3; }
svg .median.python { stroke: var(--python); }
svg .median.ours { stroke: var(--ours); }
svg text { font-size: 12px; fill: var(--quiet); }
svg .tick { text-anchor: middle; }
svg .label { font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
svg .label.python { fill: var(--python); }
svg .label.ours { fill: var(--ours); }
details { border: 1px solid var(--line); border-radius: 8px; margin: 10px 0; }
summary { cursor: pointer; padding: 10px 14px; display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; }
summary .count { font-weight: 700; min-width: 3.5em; text-align: right; font-variant-numeric: tabular-nums; }
summary .place { flex: 1; overflow-wrap: anywhere; }
.tag { font-size: 12px; border-radius: 10px; padding: 1px 9px; background: var(--soft); color: var(--quiet); white-space: nowrap; }
.tag.bad { background: #fbe9e7; color: var(--bad); }
.tag.odd { background: #fdf3dc; color: var(--odd); }
.example { border-top: 1px solid var(--line); padding: 12px 14px; }
.example > code { overflow-wrap: anywhere; font-weight: 600; }
.places { margin: 8px 0 0; display: grid; grid-template-columns: minmax(120px, auto) 1fr; gap: 2px 14px; }
.places .path { grid-column: 1 / -1; margin-top: 8px; overflow-wrap: anywhere; }
.places dt { color: var(--quiet); font-size: 13px; }
.places dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.python-side { color: var(--python); }
.ours-side { color: var(--ours); }
footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 14px; color: var(--quiet); font-size: 13px; }
`;
