import { rename, writeFile } from 'node:fs/promises';
import type { Options, ReportFiles } from './command-line.js';
import type { Sides } from './compare-responses.js';
import { SecretRedactor } from './report/findings.js';
import { createReport, formatNumber, type MirrorReport, type RunOutcome } from './report/mirror-report.js';
import { renderReportPage } from './report/report-page.js';
import { Tally } from './report/tally.js';
import { Side } from './side.js';

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

/** Writes the report; who opens a file meanwhile sees the whole of the old or of the new one. */
export async function writeReports(report: MirrorReport, { json, html }: ReportFiles): Promise<void> {
  if (json !== undefined) await replaceFile(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) await replaceFile(html, renderReportPage(report));
}

async function replaceFile(file: string, text: string): Promise<void> {
  // Values of answers are in it.
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const PROGRESS_INTERVAL_MS = 500;

/** A line on a terminal that tells how far a run is; nothing anywhere else. Returns what ends it. */
export function showProgress(tally: Tally, isTerminal: boolean): () => void {
  if (!isTerminal) return () => undefined;
  const stream = process.stderr;
  const clear = () => stream.write('\r\x1b[K');
  const timer = setInterval(() => {
    const { equal, settled, different, error, answeredWherePythonFails, bothFail } = tally.all.counts;
    const asked = equal + settled + different + error + answeredWherePythonFails + bothFail;
    const seconds = (Date.now() - tally.startedAt.getTime()) / 1000;
    clear();
    stream.write(
      `${formatNumber(asked)} asked, ${formatNumber(different)} different, ${formatNumber(error)} not answered, ${Math.round(asked / seconds)}/s`,
    );
  }, PROGRESS_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    clear();
  };
}
