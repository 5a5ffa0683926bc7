import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from '../support/session-service.js';
import { stallLimitMs } from './cost-limits.js';
import type { Sample } from './measurement.js';
import type { TrialOutcome } from './trial.js';

export const REPORT_HEADER = [
  'shape'.padEnd(50),
  'layout',
  'longest hold'.padStart(13),
  'of'.padStart(5),
  'route'.padEnd(24),
  'ns/byte'.padStart(13),
  'growth'.padStart(7),
  'RSS'.padStart(7),
  'time'.padStart(6),
].join(' ');

/** One line for a shape on a layout, and one for each route that does more than it may. */
export function outcomeLines(outcome: TrialOutcome, factor: number): readonly string[] {
  const { shape, layout, growths, faults, peakMegabytes, seconds } = outcome;
  const worst = worstStall(outcome);
  const growth = [...growths].sort((one, other) => other.ratio - one.ratio)[0];
  const line = [
    shape.padEnd(50),
    layout.padEnd(6),
    `${worst?.hold.ms.toFixed(0) ?? '-'} ms`.padStart(13),
    (worst === undefined ? '' : (stallLimitMs(worst.bytes) * factor).toFixed(0)).padStart(5),
    (worst?.route ?? '').padEnd(24),
    (growth === undefined ? '' : `${growth.from.toFixed(0)} → ${growth.to.toFixed(0)}`).padStart(13),
    (growth === undefined ? '' : `×${growth.ratio.toFixed(2)}`).padStart(7),
    `${peakMegabytes.toFixed(0)} MB`.padStart(7),
    `${seconds.toFixed(1)} s`.padStart(6),
    faults.length === 0 ? '' : ' FAILS',
  ].join(' ');
  return [line.trimEnd(), ...faults.map(({ route, fault }) => `    ${route}: ${fault}`)];
}

/** The sample that used up the most of what its size allows. */
export function worstStall({ samples }: Pick<TrialOutcome, 'samples'>): Sample | undefined {
  const share = ({ hold, bytes }: Sample) => hold.ms / stallLimitMs(bytes);
  return samples.reduce<Sample | undefined>(
    (worst, sample) => (worst === undefined || share(sample) > share(worst) ? sample : worst),
    undefined,
  );
}

/** The last lines: what fails, and the counts. */
export function summaryLines(outcomes: readonly TrialOutcome[]): readonly string[] {
  const failed = outcomes.filter(({ faults }) => faults.length > 0);
  const failedShapes = new Set(failed.map(({ shape }) => shape));
  const shapes = new Set(outcomes.map(({ shape }) => shape));
  const longest = outcomes
    .flatMap(({ shape, layout, samples }) => samples.map((sample) => ({ shape, layout, sample })))
    .reduce<{ shape: string; layout: string; sample: Sample } | undefined>(
      (worst, one) => (worst === undefined || one.sample.hold.ms > worst.sample.hold.ms ? one : worst),
      undefined,
    );
  const where = longest && `${longest.shape}, ${longest.sample.route} on ${longest.layout}`;
  return [
    ...(failed.length === 0 ? [] : ['Failed:']),
    ...failed.map(({ shape, layout, faults: [first, ...others] }) => {
      const more = others.length === 0 ? '' : `, and ${others.length} routes more`;
      return `  ${shape}, ${layout}, ${first?.route}: ${first?.fault}${more}`;
    }),
    `${shapes.size - failedShapes.size} shapes hold, ${failedShapes.size} do not; ` +
      `longest event-loop hold ${longest?.sample.hold.ms.toFixed(0) ?? 0} ms (${where ?? 'nothing measured'})`,
    `${outcomes.length - failed.length} passed, ${failed.length} failed`,
  ];
}

/** Keeps every sample in `.cache/cost/report.json`. */
export function writeCostReport(
  outcomes: readonly TrialOutcome[],
  machine: { readonly factor: number; readonly cpuMs: number },
) {
  const folder = resolve(CHECKOUT, '.cache/cost');
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, 'report.json'), JSON.stringify({ machine, outcomes }, null, 1));
}
