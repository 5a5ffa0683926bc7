import type { Options } from './command-line.js';
import type { Sides } from './compare-responses.js';
import { LIMITS } from './mirror-limits.js';
import { SecretRedactor } from './report/findings.js';
import { createReport, formatNumber, formatSummary, type MirrorReport, OUTCOMES } from './report/mirror-report.js';
import { type ClaimedFiles, ReportFile } from './report/report-files.js';
import { renderReportPage } from './report/report-page.js';
import { Tally } from './report/tally.js';
import { Side } from './side.js';

export interface RunResult {
  readonly summary: string;
  readonly exitCode: number;
  /** One error line for each report file that could not be written; empty if all were written. */
  readonly failures: string;
}

/** The exit code of a run that failed, or whose report could not be written. */
export const COULD_NOT_RUN = 2;

/** Holds the clients for both servers and the tally of their comparisons, and writes and renews the report. */
export class ComparisonRun {
  readonly sides: Sides;
  readonly tally: Tally;
  private readonly json: ReportFile | undefined;
  private readonly html: ReportFile | undefined;
  private reportedEvents: number | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: Pick<Options, 'python' | 'ours' | 'allowed' | 'hasValues'>,
    files: ClaimedFiles,
    headers: Readonly<Record<string, string>>,
  ) {
    const { python, ours, hasValues } = options;
    this.sides = { python: new Side('python', python, headers), ours: new Side('ours', ours, headers) };
    this.tally = new Tally(new SecretRedactor(headers), hasValues);
    this.json = files.json && new ReportFile(files.json);
    this.html = files.html && new ReportFile(files.html);
  }

  /** Renews the report files at intervals, when there are new comparisons, until `finish`. */
  startRenewing(): void {
    this.timer ??= setInterval(() => this.renew(), LIMITS.reportIntervalMs).unref();
  }

  private renew(): void {
    const events = this.tally.eventCount();
    if (events === this.reportedEvents) return;
    // A failure is reported at the end, unless a later renewal succeeds.
    if (this.write(createReport(this.tally, this.options)) === '') this.reportedEvents = events;
  }

  /** Writes the final report. Returns its summary and the exit code. */
  finish(): RunResult {
    clearInterval(this.timer);
    const report = createReport(this.tally, this.options);
    const failures = this.write(report);
    const exitCode = failures === '' ? OUTCOMES[report.outcome].exitCode : COULD_NOT_RUN;
    return { summary: formatSummary(report), exitCode, failures };
  }

  /** Writes both files and returns the failures. They do not end the comparison. */
  private write(report: MirrorReport): string {
    return [
      failureOf(() => this.json?.replace(`${JSON.stringify(report, null, 2)}\n`)),
      failureOf(() => this.html?.replace(renderReportPage(report))),
    ].join('');
  }

  close(): void {
    this.sides.python.close();
    this.sides.ours.close();
  }
}

function failureOf(write: () => void): string {
  try {
    write();
    return '';
  } catch (error) {
    return `The report cannot be written: ${error instanceof Error ? error.message : error}\n`;
  }
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
