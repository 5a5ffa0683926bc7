import { type TargetResult, throughputOverPython } from '../target-result.js';
import { targetLabel } from './report-lines.js';

const ROW = 26;
const LEFT = 190;
const WIDTH = 480;
/** Largest ratio on the logarithmic axis; measured ratios range from 2 to above 100. */
const LARGEST = 200;

/** An SVG with a bar for the throughput of each target relative to Python, and a mark for the required ratio. */
export function renderPlot(outcomes: readonly TargetResult[]): string {
  const height = outcomes.length * ROW + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 80}" height="${height}" font-family="sans-serif" font-size="13">`,
    '<title>Requests per second relative to Python AgentOS</title>',
    `<rect width="100%" height="100%" fill="white"/>`,
    ...outcomes.map(bar),
    ...[1, 10, 100].map((tick) => axis(tick, height)),
    '</svg>\n',
  ].join('\n');
}

function bar(outcome: TargetResult, index: number): string {
  const top = 10 + index * ROW;
  const { text } = throughputOverPython(outcome);
  const ratio = Number.parseFloat(text);
  const { on, timesPython: required } = outcome.target;
  const label = `${targetLabel(outcome)} (${on})`;
  const mark =
    required === undefined ? '' : `<path d="M${x(required)} ${top - 2}v${ROW - 4}" stroke="#b3261e" stroke-width="2"/>`;
  return [
    `<text x="${LEFT - 8}" y="${top + 14}" text-anchor="end">${label}</text>`,
    `<rect x="${LEFT}" y="${top}" width="${x(ratio) - LEFT}" height="${ROW - 8}" fill="#3f6fb5"/>${mark}`,
    `<text x="${x(ratio) + 6}" y="${top + 14}">${ratio}</text>`,
  ].join('\n');
}

function axis(tick: number, height: number): string {
  return `<text x="${x(tick)}" y="${height - 10}" text-anchor="middle" fill="#555">${tick} ×</text>`;
}

function x(ratio: number): number {
  return Math.round(LEFT + (Math.log10(Math.max(ratio, 1)) / Math.log10(LARGEST)) * WIDTH);
}
