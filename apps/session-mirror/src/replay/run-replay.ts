import { OptionsError, type ReplayOptions } from '../command-line/options.js';
import { ComparisonRun, exitCodeOf } from '../comparison-run.js';
import { showProgress } from '../progress.js';
import { unreachableSides } from '../reachable.js';
import { formatSummary } from '../report/summary.js';
import { replayRequests } from './replay.js';

/**
 * Replays, prints the summary, writes the reports, and returns the exit code. SIGINT and SIGTERM end it early, with the
 * report of what has been asked.
 */
export async function runReplay(options: ReplayOptions): Promise<number> {
  const run = new ComparisonRun(options, options.headers);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const hideProgress = showProgress(run.tally, process.stderr.isTTY);
  try {
    const faults = await unreachableSides(run.sides);
    if (faults.length > 0) throw new OptionsError(faults);
    await replayRequests(options, run.sides, run.tally, stop.signal);
  } finally {
    hideProgress();
    run.close();
  }
  const report = await run.report();
  process.stdout.write(formatSummary(report));
  return exitCodeOf(report);
}
