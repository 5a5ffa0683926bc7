import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from '../support/session-service.js';
import { stallLimitMs } from './cost-limits.js';
import type { Sample } from './measurement.js';
import type { TrialOutcome } from './trial.js';

export const REPORT_HEADER = [
  'shape'.padEnd(50),
  'layout',
  'longest stall'.padStart(13),
  'limit'.padStart(5),
  'route'.padEnd(24),
  'ns/byte'.padStart(13),
  'growth'.padStart(7),
  'RSS'.padStart(7),
  'time'.padStart(6),
].join(' ');

/** Report lines for a shape on a layout: a summary, then one line for each violation. */
export function outcomeLines(outcome: TrialOutcome, factor: number): readonly string[] {
  const { shape, layout, growths, violations, peakMegabytes, seconds } = outcome;
  const worst = worstStall(outcome);
  const growth = [...growths].sort((a, b) => b.ratio - a.ratio)[0];
  const line = [
    shape.padEnd(50),
    layout.padEnd(6),
    `${worst?.stall.ms.toFixed(0) ?? '-'} ms`.padStart(13),
    (worst === undefined ? '' : (stallLimitMs(worst.bytes) * factor).toFixed(0)).padStart(5),
    (worst?.route ?? '').padEnd(24),
    (growth === undefined ? '' : `${growth.from.toFixed(0)} → ${growth.to.toFixed(0)}`).padStart(13),
    (growth === undefined ? '' : `×${growth.ratio.toFixed(2)}`).padStart(7),
    `${peakMegabytes.toFixed(0)} MB`.padStart(7),
    `${seconds.toFixed(1)} s`.padStart(6),
    violations.length === 0 ? '' : ' FAILS',
  ].join(' ');
  return [line.trimEnd(), ...violations.map(({ route, violation }) => `    ${route}: ${violation}`)];
}

/** The sample with the longest stall relative to its limit. */
function worstStall({ samples }: Pick<TrialOutcome, 'samples'>): Sample | undefined {
  const share = ({ stall, bytes }: Sample) => stall.ms / stallLimitMs(bytes);
  return samples.reduce<Sample | undefined>(
    (worst, sample) => (worst === undefined || share(sample) > share(worst) ? sample : worst),
    undefined,
  );
}

/** The last lines of the report: failed shapes and counts. */
export function summaryLines(outcomes: readonly TrialOutcome[]): readonly string[] {
  const failed = outcomes.filter(({ violations }) => violations.length > 0);
  const failedShapes = new Set(failed.map(({ shape }) => shape));
  const shapes = new Set(outcomes.map(({ shape }) => shape));
  const longest = outcomes
    .flatMap(({ shape, layout, samples }) => samples.map((sample) => ({ shape, layout, sample })))
    .reduce<{ shape: string; layout: string; sample: Sample } | undefined>(
      (worst, item) => (worst === undefined || item.sample.stall.ms > worst.sample.stall.ms ? item : worst),
      undefined,
    );
  const where = longest && `${longest.shape}, ${longest.sample.route} on ${longest.layout}`;
  return [
    ...(failed.length === 0 ? [] : ['Failed:']),
    ...failed.map(({ shape, layout, violations: [first, ...others] }) => {
      const more = others.length === 0 ? '' : `, and ${others.length} more routes`;
      return `  ${shape}, ${layout}, ${first?.route}: ${first?.violation}${more}`;
    }),
    `${shapes.size - failedShapes.size} shapes pass, ${failedShapes.size} fail; ` +
      `longest event-loop stall ${longest?.sample.stall.ms.toFixed(0) ?? 0} ms (${where ?? 'nothing measured'})`,
    `${outcomes.length - failed.length} passed, ${failed.length} failed`,
  ];
}

/** Writes all samples to `.cache/cost/report.json`. */
export function writeCostReport(
  outcomes: readonly TrialOutcome[],
  machine: { readonly factor: number; readonly cpuMs: number },
) {
  const folder = resolve(CHECKOUT, '.cache/cost');
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, 'report.json'), JSON.stringify({ machine, outcomes }, null, 1));
}
