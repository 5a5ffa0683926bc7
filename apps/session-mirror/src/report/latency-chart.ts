import type { Bucket } from './histogram.js';
import { type Html, html } from './html.js';
import type { RouteReport, SideTimes } from './report.js';
import { duration } from './words.js';

const WIDTH = 960;
const HEIGHT = 220;
const LEFT = 12;
const BASE = 180;
const TOP = 28;
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
  const axis = axisOver(all);
  const tallest = Math.max(...[python, ours].flatMap((side) => side.histogram.map((bucket) => shareOf(side, bucket))));
  const ticks = TICKS_MS.filter((tick) => tick > axis.from && tick < axis.to);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Distribution of answer times of both sides">
    ${ticks.map((tick) => {
      const x = xOf(tick, axis);
      return html`<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${BASE}"/><text class="tick" x="${x}" y="${BASE + 18}">${duration(tick)}</text>`;
    })}
    <line class="axis" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${BASE}" y2="${BASE}"/>
    ${bars('python', python, axis, tallest)}${bars('ours', ours, axis, tallest)}
    ${median('python', python, axis, TOP - 14)}${median('ours', ours, axis, TOP)}
    <text class="tick" x="${WIDTH / 2}" y="${HEIGHT - 4}">time to the last byte, logarithmic</text>
  </svg>`;
}

function axisOver(buckets: readonly Bucket[]): Axis {
  const bounds = buckets.map(({ upTo }) => upTo);
  return { from: Math.min(...bounds) / 1.3, to: Math.max(...bounds) * 1.3 };
}

function xOf(milliseconds: number, { from, to }: Axis): number {
  const place = Math.log(milliseconds / from) / Math.log(to / from);
  return Math.round((LEFT + place * (WIDTH - 2 * LEFT)) * 10) / 10;
}

function shareOf({ answers }: SideTimes, { count }: Bucket): number {
  return answers === 0 ? 0 : count / answers;
}

function bars(side: string, times: SideTimes, axis: Axis, tallest: number): Html[] {
  return times.histogram.map((bucket, at) => {
    const before = times.histogram[at - 1]?.upTo ?? bucket.upTo / 2 ** (1 / 8);
    const [left, right] = [xOf(before, axis), xOf(bucket.upTo, axis)];
    const height = Math.round((shareOf(times, bucket) / tallest) * (BASE - TOP - 20) * 10) / 10;
    return html`<rect class="${side}" x="${left}" width="${Math.round((right - left) * 10) / 10}" y="${BASE - height}" height="${height}"><title>${side}: ${bucket.count} up to ${duration(bucket.upTo)}</title></rect>`;
  });
}

function median(side: string, { answers, latency }: SideTimes, axis: Axis, y: number): Html {
  if (answers === 0) return html``;
  const x = xOf(latency.p50, axis);
  return html`<line class="median ${side}" x1="${x}" x2="${x}" y1="${y}" y2="${BASE}"/><text class="label ${side}" x="${x + 5}" y="${y + 6}">${side} p50 ${duration(latency.p50)}</text>`;
}
