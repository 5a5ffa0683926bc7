import { SeededRandom } from '../../support/seeded-random.js';
import { SEEDED_IDS, SEEDED_RUN_IDS, UNUSUAL_IDS } from '../cases/seeded-ids.js';
import { QUERY_PARAMETERS, randomQuery } from '../fuzz/random-queries.js';

/** So many GET requests by chance, as lines of an access log: lists, details, runs, and now and then what is not there. */
export function generateAccessLog(seed: number, count: number, sessionIds: readonly string[]): string {
  const dice = new SeededRandom(seed);
  const ids = [...SEEDED_IDS, ...UNUSUAL_IDS, ...sessionIds, 'no-such-session'];
  const lines = Array.from({ length: count }, () => {
    const date = '25/Nov/2026:10:00:00 +0000';
    return `127.0.0.1 - - [${date}] "GET ${oddTarget(dice, ids)} HTTP/1.1" 200 512 "-" "generated"`;
  });
  return `${lines.join('\n')}\n`;
}

function oddTarget(dice: SeededRandom, ids: readonly string[]): string {
  const session = `/sessions/${encodeURIComponent(dice.pick(ids))}`;
  switch (dice.below(12)) {
    case 0:
      return '/health';
    case 1:
    case 2:
    case 3:
    case 4:
      return `/sessions${randomQuery(dice, QUERY_PARAMETERS.list)}`;
    case 5:
    case 6:
      return `${session}/runs${randomQuery(dice, QUERY_PARAMETERS.runs)}`;
    case 7:
      return `${session}/run-previews${randomQuery(dice, QUERY_PARAMETERS.runs)}`;
    case 8: {
      const [owner, run] = dice.pick(SEEDED_RUN_IDS);
      return `/sessions/${owner}/runs/${run}${randomQuery(dice, QUERY_PARAMETERS.session)}`;
    }
    default:
      return `${session}${randomQuery(dice, QUERY_PARAMETERS.session)}`;
  }
}
