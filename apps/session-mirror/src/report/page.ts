import type { VerdictKind } from '../comparing/verdict.js';
import { findingsSection } from './findings-section.js';
import { Html, html } from './html.js';
import { latencyChart } from './latency-chart.js';
import { PAGE_STYLE } from './page-style.js';
import type { MirrorReport } from './report.js';
import { routesTable } from './routes-table.js';
import { formatNumber, headline, severityClass, VERDICT_KINDS, VERDICT_LABELS } from './words.js';

const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The report as one page that needs nothing else: no scripts, no files, no network. */
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
<h2>Answer times</h2>
${latencyChart(report.total)}
<h2>Routes</h2>
${routesTable(report)}
<h2>What was found</h2>
${findingsSection(report)}
${footer(report)}
</main></body>
</html>
`.text;
}

function banner({ outcome, startedAt, finishedAt, python, ours }: MirrorReport, title: string): Html {
  const colour = outcome === 'equal' ? '' : outcome === 'within allowance' ? 'odd' : 'bad';
  const time = (iso: string) => html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
  return html`<header class="banner ${colour}"><h1>${title}</h1>
<div class="quiet"><span class="python-side">python</span> <code>${python}</code> and <span class="ours-side">ours</span> <code>${ours}</code>,
${time(startedAt)} to ${time(finishedAt)} UTC</div></header>`;
}

function countList({ total, skipped, dropped }: MirrorReport): Html {
  const skippedCount = Object.values(skipped).reduce((sum, count) => sum + count, 0);
  const always: readonly VerdictKind[] = ['equal', 'different', 'error'];
  const shown = VERDICT_KINDS.filter((kind) => total.counts[kind] > 0 || always.includes(kind));
  const figure = (count: number, words: string, colour: string) =>
    html`<li class="${count > 0 ? colour : ''}"><b>${formatNumber(count)}</b><span>${words}</span></li>`;
  return html`<ul class="figures">
${shown.map((kind) => figure(total.counts[kind], VERDICT_LABELS[kind], severityClass(kind)))}
${skippedCount > 0 ? figure(skippedCount, 'skipped', '') : html``}
${dropped > 0 ? figure(dropped, 'copies dropped', 'odd') : html``}
</ul>`;
}

function footer({ skipped, allowed, hasValues }: MirrorReport): Html {
  const reasons = Object.entries(skipped).map(([reason, count]) => `${formatNumber(count)} ${reason}`);
  return html`<footer>
${reasons.length > 0 ? html`<p>Skipped: ${reasons.join('; ')}.</p>` : html``}
${allowed > 0 ? html`<p>Up to ${allowed * 100} % of the pairs may differ.</p>` : html``}
<p>Equal means: the same status, the same headers that clients act on, and the same JSON, digit by digit and in the same order of keys.
${hasValues ? 'Values in examples are parts of answers: treat this page as you treat the data.' : 'Values are left out.'}</p>
</footer>`;
}
