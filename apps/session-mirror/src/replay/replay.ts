import type { ReplayOptions } from '../command-line/options.js';
import { compareResponses, type Sides } from '../comparing/compare-pair.js';
import type { Tally } from '../report/tally.js';
import { selectRequest } from '../requests/choose.js';
import { isSkipped } from '../requests/mirror-request.js';
import { readRequests } from '../requests/read-requests.js';
import { RateLimiter } from './pace.js';
import { assertDisposable } from './throw-away.js';
import { WriteReplayer } from './write-replayer.js';

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
