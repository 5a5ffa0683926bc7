import { rename, writeFile } from 'node:fs/promises';
import type { Options } from './command-line.js';
import type { Sides } from './compare-responses.js';
import { SecretRedactor } from './report/findings.js';
import { createReport, formatNumber, formatSummary, OUTCOMES } from './report/mirror-report.js';
import { renderReportPage } from './report/report-page.js';
import { Tally } from './report/tally.js';
import { Side } from './side.js';

export interface RunResult {
  readonly summary: string;
  readonly exitCode: number;
}

/** Holds the clients for both servers and the tally of their comparisons, and writes the report. */
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

  /** Writes the report of the comparisons so far. Returns its summary and the exit code. */
  async report(): Promise<RunResult> {
    const { json, html } = this.options.files;
    const report = createReport(this.tally, this.options);
    if (json !== undefined) await replaceFile(json, `${JSON.stringify(report, null, 2)}\n`);
    if (html !== undefined) await replaceFile(html, renderReportPage(report));
    return { summary: formatSummary(report), exitCode: OUTCOMES[report.outcome].exitCode };
  }

  close(): void {
    this.sides.python.close();
    this.sides.ours.close();
  }
}

/** Replaces a file atomically, so that readers never see a partial file. */
async function replaceFile(file: string, content: string): Promise<void> {
  // Only the owner may read the report, because it contains values of responses.
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const PROGRESS_INTERVAL_MS = 500;

/** Shows a progress line if stderr is a terminal. Returns a function that removes the line. */
export function showProgress(tally: Tally, isTerminal: boolean): () => void {
  if (!isTerminal) return () => undefined;
  const stream = process.stderr;
  const clear = () => stream.write('\r\x1b[K');
  const timer = setInterval(() => {
    const { different, error } = tally.all.counts;
    const compared = Object.values(tally.all.counts).reduce((sum, count) => sum + count);
    const seconds = (Date.now() - tally.startedAt.getTime()) / 1000;
    clear();
    stream.write(
      `${formatNumber(compared)} compared, ${formatNumber(different)} different, ${formatNumber(error)} without a response, ${Math.round(compared / seconds)}/s`,
    );
  }, PROGRESS_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    clear();
  };
}
