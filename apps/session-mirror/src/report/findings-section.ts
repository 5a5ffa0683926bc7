import type { Difference } from '@agno/comparison';
import type { Example } from './example.js';
import { type Html, html } from './html.js';
import type { MirrorReport } from './report.js';
import type { FindingGroup } from './tally.js';
import { formatNumber, severityClass, VERDICT_LABELS } from './words.js';

/** How many kinds of findings are open when the page is. */
const OPEN_GROUPS = 3;

/** Findings that are alike, together, with examples to repeat. */
export function findingsSection({ findings, ungrouped }: MirrorReport): Html {
  if (findings.length === 0) return html`<p class="quiet">Nothing that differs.</p>`;
  return html`${findings.map(findingGroup)}
${ungrouped > 0 ? html`<p class="quiet">${formatNumber(ungrouped)} findings of still other kinds are only counted.</p>` : html``}`;
}

function findingGroup({ kind, route, place, count, examples }: FindingGroup, at: number): Html {
  const isOpen = at < OPEN_GROUPS && severityClass(kind) === 'bad';
  return html`<details${isOpen ? html` open` : html``}><summary><span class="count">${formatNumber(count)}</span>
<span class="tag ${severityClass(kind)}">${VERDICT_LABELS[kind]}</span> <span class="place"><code>${route}</code> &nbsp; <code>${place}</code></span></summary>
${examples.map(exampleBlock)}</details>`;
}

function exampleBlock({ method, target, differences, more }: Example): Html {
  return html`<div class="example"><code>${method} ${target}</code>
<dl class="places">${differences.map(differenceBlock)}</dl>
${more > 0 ? html`<p class="quiet">and ${formatNumber(more)} more places</p>` : html``}</div>`;
}

function differenceBlock({ path, expected, actual }: Difference): Html {
  return html`<div class="path"><code>${path}</code></div>
<dt class="python-side">python</dt><dd class="value">${expected}</dd><dt class="ours-side">ours</dt><dd class="value">${actual}</dd>`;
}
