import { setTimeout as wait } from 'node:timers/promises';
import { OptionsError, type ReplayOptions } from '../command-line.js';
import { compareResponses, type Sides } from '../compare-responses.js';
import { ComparisonRun, showProgress } from '../comparison-run.js';
import type { ClaimedFiles } from '../report/report-files.js';
import type { Tally } from '../report/tally.js';
import { isSkipped, selectRequest } from '../requests/mirror-request.js';
import { readRequests } from '../requests/read-requests.js';
import { NoResponse } from '../side.js';
import { assertDisposable, WriteReplayer } from './write-replayer.js';

/**
 * Replays the requests, prints the summary, writes and renews the reports, and returns the exit code. SIGINT and SIGTERM
 * end the replay early, with a report of the requests so far.
 */
export async function runReplay(options: ReplayOptions, files: ClaimedFiles): Promise<number> {
  const run = new ComparisonRun(options, files, options.headers);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const hideProgress = showProgress(run.tally, process.stderr.isTTY);
  try {
    const errors = await unreachableSides(run.sides);
    if (errors.length > 0) throw new OptionsError(errors);
    run.startRenewing();
    await replayRequests(options, run.sides, run.tally, stop.signal);
  } finally {
    hideProgress();
    run.close();
  }
  const { summary, exitCode, failures } = run.finish();
  process.stdout.write(summary);
  process.stderr.write(failures);
  return exitCode;
}

/**
 * Sends the requests of the sources to both sides, until the sources end or the signal is aborted.
 *
 * @throws UnreadableSource, or OptionsError for writes to servers that are not marked as disposable
 */
async function replayRequests(options: ReplayOptions, sides: Sides, tally: Tally, stopped: AbortSignal): Promise<void> {
  const { hasWrites, ratePerSecond, concurrency } = options;
  if (hasWrites) await assertDisposable(sides);
  const writer = new WriteReplayer(sides);
  const limiter = new RateLimiter(ratePerSecond, hasWrites ? 1 : concurrency);
  for await (const found of readRequests(options.sources)) {
    if (stopped.aborted) break;
    const request = selectRequest(found, options);
    if (isSkipped(request)) tally.skip(request.skipped);
    else
      await limiter.run(async () => {
        tally.add(await (hasWrites ? writer.replay(request) : compareResponses(sides, request)));
      });
  }
  await limiter.drain();
}

/** Limits the rate and the concurrency of tasks. Starts them at even intervals. */
class RateLimiter {
  private readonly running = new Set<Promise<void>>();
  private nextStartAt = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly concurrency: number,
  ) {}

  /** Starts a task as soon as the limits allow. Rejects with the error of an earlier task. */
  async run(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.concurrency) await Promise.race(this.running);
    const delay = this.nextStartAt - performance.now();
    this.nextStartAt = Math.max(this.nextStartAt, performance.now()) + 1000 / this.perSecond;
    if (delay > 0) await wait(delay);
    const done = task().finally(() => this.running.delete(done));
    this.running.add(done);
  }

  /** Resolves when all started tasks have ended. */
  async drain(): Promise<void> {
    await Promise.all(this.running);
  }
}

/** Returns an error message for each side that does not respond to /health. Any status counts as a response. */
async function unreachableSides(sides: Sides): Promise<string[]> {
  const errors = [sides.python, sides.ours].map(async (side) => {
    try {
      await side.send({ method: 'GET', target: '/health', headers: {} });
      return [];
    } catch (error) {
      if (!(error instanceof NoResponse)) throw error;
      return [`--${side.name} does not respond: ${error.message}`];
    }
  });
  return (await Promise.all(errors)).flat();
}
