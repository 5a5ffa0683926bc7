/**
 * `make cost`: sends every shape to the built service on every storage layout and fails where the CPU time grows faster
 * than the bytes, the event loop is held too long, the log grows, or the process ends.
 * Options:
 *   --quick          the shapes marked so, up to 4.2 MB
 *   --all            every shape on every layout, which takes much longer
 *   --only PATTERN   the shapes whose name matches a regular expression
 *   --layout NAME    v3 or v2
 *   --most BYTES     no larger sizes
 */
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres.js';
import { machineFactor } from './calibration.js';
import { outcomeLines, REPORT_HEADER, summaryLines, writeCostReport } from './cost-report.js';
import { Meter } from './measurement.js';
import { DEFAULT_SHAPES, SHAPES, type Shape } from './shapes/index.js';
import { LAYOUTS, StoredSessions } from './stored-sessions.js';
import { sizesOf, Trial, type TrialOutcome } from './trial.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    all: { type: 'boolean' },
    only: { type: 'string' },
    layout: { type: 'string' },
    most: { type: 'string' },
  },
});
const start = performance.now();
const only = new RegExp(options.only ?? '');
const isTried = ({ name, isQuick = false }: Shape) =>
  isQuick || (!options.quick && (options.all || options.only !== undefined || DEFAULT_SHAPES.has(name)));
const shapes = SHAPES.filter((shape) => only.test(shape.name) && isTried(shape));
const layouts = LAYOUTS.filter((layout) => options.layout === undefined || layout === options.layout);

/** CI shares its machine: its short form finds what is beyond a limit by far. */
const leeway = options.quick ? 2 : 1;
const patienceMs = options.quick ? 1_500 : 8_000;
const mostBytes = Number(options.most ?? (options.quick ? 4_200_000 : Number.POSITIVE_INFINITY));

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const calibrated = await machineFactor();
const machine = { ...calibrated, factor: calibrated.factor * leeway };
print(
  `This machine takes ${machine.cpuMs.toFixed(0)} ms of CPU for the reference task; limits in milliseconds are those of the ` +
    `reference machine × ${machine.factor}. ${shapes.length} shapes.\n${REPORT_HEADER}`,
);
const postgres = await startPostgres();
const outcomes: TrialOutcome[] = [];
try {
  const sides = await Promise.all(
    layouts.map(async (layout) => {
      const stored = await StoredSessions.create(postgres, layout);
      const meter = await Meter.start(stored.dsn, machine.factor);
      // The first session makes the tables.
      await meter.warmUp({ name: 'POST', request: { method: 'POST', path: '/sessions' } });
      return { stored, meter };
    }),
  );
  for (const shape of shapes) {
    for (const { stored, meter } of sides) {
      // Few shapes depend on the layout, and a refused body never comes to a table: the usual run tries the worst on both.
      const needsAll = shape.isQuick || options.all;
      if ((shape.isRefused || !needsAll) && stored.layout !== layouts[0]) continue;
      const sizes = sizesOf(shape).filter((size) => size <= mostBytes);
      const outcome = await new Trial(shape, stored, meter, machine.factor, { sizes, patienceMs, leeway }).run();
      outcomes.push(outcome);
      for (const line of outcomeLines(outcome, machine.factor)) print(line);
    }
  }
  for (const { stored, meter } of sides) {
    await meter.stop();
    await stored.end();
  }
} finally {
  await postgres.stop();
  writeCostReport(outcomes, machine);
}
print(`\n${((performance.now() - start) / 1_000).toFixed(0)} s`);
for (const line of summaryLines(outcomes)) print(line);
process.exitCode = outcomes.length > 0 && outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1;
