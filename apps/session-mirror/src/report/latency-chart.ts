import type { Bucket } from './histogram.js';
import { type Html, html } from './html.js';
import type { RouteReport, SideTimes } from './report.js';
import { formatDuration } from './words.js';

const CHART_WIDTH = 960;
const CHART_HEIGHT = 220;
const CHART_LEFT = 12;
const CHART_BASE = 180;
const CHART_TOP = 28;
const TICKS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 100_000];

/** Where a time stands: a logarithmic axis over what both sides took. */
interface Axis {
  readonly from: number;
  readonly to: number;
}

/** How long both sides took, one over the other. The height of a bar is the share of that side's answers. */
export function latencyChart({ python, ours }: Pick<RouteReport, 'python' | 'ours'>): Html {
  const all = [...python.histogram, ...ours.histogram];
  if (all.length === 0) return html`<p class="quiet">No answers were timed.</p>`;
  const axis = timeAxis(all);
  const tallest = Math.max(
    ...[python, ours].flatMap((side) => side.histogram.map((bucket) => bucketShare(side, bucket))),
  );
  const ticks = TICKS_MS.filter((tick) => tick > axis.from && tick < axis.to);
  return html`<svg viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT}" role="img" aria-label="Distribution of answer times of both sides">
    ${ticks.map((tick) => {
      const x = xPosition(tick, axis);
      return html`<line class="grid" x1="${x}" x2="${x}" y1="${CHART_TOP}" y2="${CHART_BASE}"/><text class="tick" x="${x}" y="${CHART_BASE + 18}">${formatDuration(tick)}</text>`;
    })}
    <line class="axis" x1="${CHART_LEFT}" x2="${CHART_WIDTH - CHART_LEFT}" y1="${CHART_BASE}" y2="${CHART_BASE}"/>
    ${histogramBars('python', python, axis, tallest)}${histogramBars('ours', ours, axis, tallest)}
    ${medianLine('python', python, axis, CHART_TOP - 14)}${medianLine('ours', ours, axis, CHART_TOP)}
    <text class="tick" x="${CHART_WIDTH / 2}" y="${CHART_HEIGHT - 4}">time to the last byte, logarithmic</text>
  </svg>`;
}

function timeAxis(buckets: readonly Bucket[]): Axis {
  const bounds = buckets.map(({ upTo }) => upTo);
  return { from: Math.min(...bounds) / 1.3, to: Math.max(...bounds) * 1.3 };
}

function xPosition(milliseconds: number, { from, to }: Axis): number {
  const place = Math.log(milliseconds / from) / Math.log(to / from);
  return Math.round((CHART_LEFT + place * (CHART_WIDTH - 2 * CHART_LEFT)) * 10) / 10;
}

function bucketShare({ answers }: SideTimes, { count }: Bucket): number {
  return answers === 0 ? 0 : count / answers;
}

function histogramBars(side: string, times: SideTimes, axis: Axis, tallest: number): Html[] {
  return times.histogram.map((bucket, at) => {
    const before = times.histogram[at - 1]?.upTo ?? bucket.upTo / 2 ** (1 / 8);
    const [left, right] = [xPosition(before, axis), xPosition(bucket.upTo, axis)];
    const height = Math.round((bucketShare(times, bucket) / tallest) * (CHART_BASE - CHART_TOP - 20) * 10) / 10;
    return html`<rect class="${side}" x="${left}" width="${Math.round((right - left) * 10) / 10}" y="${CHART_BASE - height}" height="${height}"><title>${side}: ${bucket.count} up to ${formatDuration(bucket.upTo)}</title></rect>`;
  });
}

function medianLine(side: string, { answers, latency }: SideTimes, axis: Axis, y: number): Html {
  if (answers === 0) return html``;
  const x = xPosition(latency.p50, axis);
  return html`<line class="median ${side}" x1="${x}" x2="${x}" y1="${y}" y2="${CHART_BASE}"/><text class="label ${side}" x="${x + 5}" y="${y + 6}">${side} p50 ${formatDuration(latency.p50)}</text>`;
}
