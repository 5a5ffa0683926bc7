/**
 * `make cost`: sends JSON of many shapes to the built service. Fails if the CPU time grows faster than the bytes, the event
 * loop stalls too long, the log grows, or the process exits.
 * Options:
 *   --quick           only the shapes marked as quick, up to 4.2 MB
 *   --all             every shape on every storage layout, which takes much longer
 *   --only PATTERN    only shapes whose name matches a regular expression
 *   --layout NAME     only this layout, v3 or v2
 *   --max-bytes N     skip larger sizes
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
    'max-bytes': { type: 'string' },
  },
});
const start = performance.now();
const only = new RegExp(options.only ?? '');
const isSelected = ({ name, isQuick = false }: Shape) =>
  isQuick || (!options.quick && (options.all || options.only !== undefined || DEFAULT_SHAPES.has(name)));
const shapes = SHAPES.filter((shape) => only.test(shape.name) && isSelected(shape));
const layouts = LAYOUTS.filter((layout) => options.layout === undefined || layout === options.layout);

/** Multiple of a limit that is allowed. CI runs --quick on shared machines, whose measurements vary. */
const leeway = options.quick ? 2 : 1;
const timeLimitMs = options.quick ? 1_500 : 8_000;
const maxBytes = Number(options['max-bytes'] ?? (options.quick ? 4_200_000 : Number.POSITIVE_INFINITY));

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
      // The first session creates the tables.
      await meter.warmUp({ name: 'POST', request: { method: 'POST', path: '/sessions' } });
      return { stored, meter };
    }),
  );
  for (const shape of shapes) {
    for (const { stored, meter } of sides) {
      // Rejected bodies reach no table, and few shapes depend on the layout, so only quick shapes always run on all.
      const needsAllLayouts = shape.isQuick || options.all;
      if ((shape.isRejected || !needsAllLayouts) && stored.layout !== layouts[0]) continue;
      const sizes = sizesOf(shape).filter((size) => size <= maxBytes);
      const outcome = await new Trial(shape, stored, meter, machine.factor, { sizes, timeLimitMs, leeway }).run();
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
process.exitCode = outcomes.length > 0 && outcomes.every(({ violations }) => violations.length === 0) ? 0 : 1;
