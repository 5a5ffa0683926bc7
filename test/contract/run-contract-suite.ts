import { startPostgres } from '../support/postgres.js';
import { CASES } from './cases/index.js';
import { extraUnits } from './extras.js';
import { Suite } from './harness/suite.js';
import { readSuiteOptions, type SuiteOptions } from './harness/suite-options.js';
import { SuiteReport } from './harness/suite-report.js';
import { Templates } from './harness/templates.js';
import { runUnits } from './harness/units.js';

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Runs the contract suite from the command line. Options: see `harness/suite-options.ts`. */
async function main(options: SuiteOptions, report: SuiteReport): Promise<void> {
  const postgres = await startPostgres();
  try {
    const templates = new Templates(postgres, options);
    const suite = new Suite(templates, options, CASES);
    const units = [...suite.units(), ...(options.extras ? extraUnits(templates, options) : [])];
    // Recordings omit cases that equal those of a base layout, which must be recorded first.
    await runUnits(units, report, options.record ? 1 : undefined);
  } finally {
    await postgres.stop();
  }
}

/** Prints the summary on exit, also when the run is interrupted or crashes. */
function endWithSummary(report: SuiteReport): void {
  process.once('exit', (code) => {
    report.summary();
    if (code === 0 && (report.failed > 0 || report.passed === 0)) process.exitCode = 1;
  });
  process.once('uncaughtException', (error) => {
    report.addError('run', error);
    process.exit(1);
  });
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => process.exit(code));
}

function optionsOrExit(): SuiteOptions {
  try {
    return readSuiteOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const options = optionsOrExit();
const report = new SuiteReport((line) => process.stdout.write(`${line}\n`));
endWithSummary(report);
await main(options, report).catch((error: unknown) => report.addError('run', error));
process.exit();
