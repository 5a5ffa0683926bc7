import { SeededRandom } from '../../support/seeded-random.js';
import { SEEDED_IDS, SEEDED_RUN_IDS, UNUSUAL_IDS } from '../cases/seeded-ids.js';
import { QUERY_PARAMETERS, randomQuery } from '../fuzz/random-queries.js';

/** Generates an access log of random GET requests: lists, details, runs, and some for unknown sessions. */
export function generateAccessLog(seed: number, count: number, sessionIds: readonly string[]): string {
  const random = new SeededRandom(seed);
  const ids = [...SEEDED_IDS, ...UNUSUAL_IDS, ...sessionIds, 'no-such-session'];
  const lines = Array.from({ length: count }, () => {
    const date = '25/Nov/2026:10:00:00 +0000';
    return `127.0.0.1 - - [${date}] "GET ${randomTarget(random, ids)} HTTP/1.1" 200 512 "-" "generated"`;
  });
  return `${lines.join('\n')}\n`;
}

function randomTarget(random: SeededRandom, ids: readonly string[]): string {
  const session = `/sessions/${encodeURIComponent(random.pick(ids))}`;
  switch (random.below(12)) {
    case 0:
      return '/health';
    case 1:
    case 2:
    case 3:
    case 4:
      return `/sessions${randomQuery(random, QUERY_PARAMETERS.list)}`;
    case 5:
    case 6:
      return `${session}/runs${randomQuery(random, QUERY_PARAMETERS.runs)}`;
    case 7:
      return `${session}/run-previews${randomQuery(random, QUERY_PARAMETERS.runs)}`;
    case 8: {
      const [owner, run] = random.pick(SEEDED_RUN_IDS);
      return `/sessions/${owner}/runs/${run}${randomQuery(random, QUERY_PARAMETERS.session)}`;
    }
    default:
      return `${session}${randomQuery(random, QUERY_PARAMETERS.session)}`;
  }
}
