import { type Html, html } from './html.js';
import type { MirrorReport, RouteReport } from './report.js';
import { formatDuration, formatNumber } from './words.js';

/** Counts and times, a line for each route. */
export function routesTable({ routes, total }: MirrorReport): Html {
  const rows = routes.length > 1 ? [...routes, total] : routes;
  return html`<div class="scroll"><table>
<thead><tr><th class="over" colspan="5"></th><th class="over python-side" colspan="3">python</th><th class="over ours-side" colspan="3">ours</th></tr>
<tr><th>route</th><th>equal</th><th>different</th><th>not answered</th><th>failing in Python</th>
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
