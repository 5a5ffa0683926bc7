import type { SuiteReport } from './suite-report.js';

/** An independent part of the run: its servers have their own databases. */
export interface Unit {
  readonly name: string;
  run(report: SuiteReport): Promise<void>;
}

/** A unit keeps one of its Python, Node and PostgreSQL processes busy at a time: three units fill two processors. */
const AT_ONCE = 3;

/** Starts units in order, and runs `atOnce` of them at the same time. A unit that throws counts as one failure. */
export async function runUnits(units: readonly Unit[], report: SuiteReport, atOnce = AT_ONCE): Promise<void> {
  report.expectUnits(units.map(({ name }) => name));
  const waiting = [...units];
  const runWaiting = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) await runUnit(unit, report);
  };
  await Promise.all(Array.from({ length: atOnce }, runWaiting));
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
