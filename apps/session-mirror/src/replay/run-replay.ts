import { setTimeout as wait } from 'node:timers/promises';
import { OptionsError, type ReplayOptions } from '../command-line.js';
import { compareResponses, type Sides } from '../compare-responses.js';
import { ComparisonRun, exitCodeOf, showProgress } from '../comparison-run.js';
import { formatSummary } from '../report/mirror-report.js';
import type { Tally } from '../report/tally.js';
import { isSkipped, selectRequest } from '../requests/mirror-request.js';
import { readRequests } from '../requests/read-requests.js';
import { NoResponse } from '../side.js';
import { assertDisposable, WriteReplayer } from './write-replayer.js';

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

/**
 * Asks both sides what the sources hold, until they end or the signal says so.
 *
 * @throws UnreadableSource, or OptionsError when writes are asked of servers that are not meant for them
 */
export async function replayRequests(
  options: ReplayOptions,
  sides: Sides,
  tally: Tally,
  stopped: AbortSignal,
): Promise<void> {
  const { hasWrites, ratePerSecond, concurrency } = options;
  if (hasWrites) await assertDisposable(sides);
  const writer = new WriteReplayer(sides);
  const pace = new RateLimiter(ratePerSecond, hasWrites ? 1 : concurrency);
  for await (const found of readRequests(options.sources)) {
    if (stopped.aborted) break;
    const request = selectRequest(found, options);
    if (isSkipped(request)) {
      tally.skip(request.skipped);
      continue;
    }
    await pace.run(async () => {
      tally.add(await (hasWrites ? writer.replay(request) : compareResponses(sides, request)));
    });
  }
  await pace.drain();
}

/** Lets so many through a second, evenly, and so many at once. */
export class RateLimiter {
  private readonly running = new Set<Promise<void>>();
  private nextStartAt = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly concurrency: number,
  ) {}

  /** Starts the work as soon as it may. Rejects with what any earlier work has thrown. */
  async run(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.concurrency) await Promise.race(this.running);
    const delay = this.nextStartAt - performance.now();
    this.nextStartAt = Math.max(this.nextStartAt, performance.now()) + 1000 / this.perSecond;
    if (delay > 0) await wait(delay);
    const done = work().finally(() => this.running.delete(done));
    this.running.add(done);
  }

  /** Resolves when everything that was started has ended. */
  async drain(): Promise<void> {
    await Promise.all(this.running);
  }
}

/** Says of each side that does not answer at all why; empty when both do. Any HTTP answer will do. */
export async function unreachableSides(sides: Sides): Promise<string[]> {
  const asked = await Promise.allSettled(
    [sides.python, sides.ours].map((side) => side.send({ method: 'GET', target: '/health', headers: {} })),
  );
  return asked.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    if (!(result.reason instanceof NoResponse)) throw result.reason;
    return [`--${result.reason.side} does not answer: ${result.reason.message}`];
  });
}
