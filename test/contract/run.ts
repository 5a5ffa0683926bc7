import { startPostgres } from '../support/postgres.js';
import { CASES } from './cases/index.js';
import { runExtras } from './extras.js';
import { readOptions } from './harness/options.js';
import { Report } from './harness/report.js';
import { Suite } from './harness/suite.js';

/** Runs the contract suite from the command line; see `harness/options.ts` for what can be chosen. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const report = new Report((line) => process.stdout.write(`${line}\n`));
  const postgres = await startPostgres();
  try {
    const suite = new Suite(postgres, options, CASES);
    await suite.prepare();
    for (const layout of options.layouts) await suite.runLayout(layout, report);
    if (options.extras) await runExtras(postgres, report);
  } finally {
    await postgres.stop();
  }
  report.summary();
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(2);
}
