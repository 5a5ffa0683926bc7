import type { SuiteReport } from './suite-report.js';

/** An independent part of the suite, whose servers have their own databases. */
export interface Unit {
  readonly name: string;
  run(report: SuiteReport): Promise<void>;
}

/** Three units suffice to use two processors, because each unit keeps only one of its processes busy at a time. */
const CONCURRENCY = 3;

/** Starts units in order, and runs `concurrency` of them at the same time. A unit that throws counts as one failure. */
export async function runUnits(units: readonly Unit[], report: SuiteReport, concurrency = CONCURRENCY): Promise<void> {
  report.expectUnits(units.map(({ name }) => name));
  const waiting = [...units];
  const runWaiting = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) await runUnit(unit, report);
  };
  await Promise.all(Array.from({ length: concurrency }, runWaiting));
}

async function runUnit(unit: Unit, report: SuiteReport): Promise<void> {
  const start = performance.now();
  try {
    await unit.run(report);
  } catch (error) {
    report.addError(unit.name, error);
  }
  report.endUnit(unit.name, (performance.now() - start) / 1000);
}
