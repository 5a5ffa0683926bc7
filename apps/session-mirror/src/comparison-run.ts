import type { Options } from './command-line/options.js';
import type { Sides } from './comparing/compare-pair.js';
import { Side } from './comparing/side.js';
import { createReport, type MirrorReport, type RunOutcome } from './report/report.js';
import { SecretRedactor } from './report/secrets.js';
import { Tally } from './report/tally.js';
import { writeReports } from './report/write-reports.js';

const EXIT_CODES: Readonly<Record<RunOutcome, number>> = {
  equal: 0,
  'within allowance': 0,
  different: 1,
  incomparable: 2,
};

/** Both sides, what is known of them so far, and the report of it. */
export class ComparisonRun {
  readonly sides: Sides;
  readonly tally: Tally;

  constructor(
    private readonly options: Pick<Options, 'python' | 'ours' | 'allowed' | 'hasValues' | 'files'>,
    headers: Readonly<Record<string, string>>,
  ) {
    const { python, ours, hasValues } = options;
    this.sides = { python: new Side('python', python, headers), ours: new Side('ours', ours, headers) };
    this.tally = new Tally(new SecretRedactor(headers), hasValues);
  }

  /** Writes the report's files as things stand, and returns the report. */
  async report(): Promise<MirrorReport> {
    const report = createReport(this.tally, this.options);
    await writeReports(report, this.options.files);
    return report;
  }

  close(): void {
    this.sides.python.close();
    this.sides.ours.close();
  }
}

export function exitCodeOf({ outcome }: MirrorReport): number {
  return EXIT_CODES[outcome];
}
