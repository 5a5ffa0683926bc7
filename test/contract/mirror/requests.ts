import { Dice } from '../../support/dice.js';
import { HARD_IDS, RUNS, SEEDED } from '../cases/seeded.js';
import { oddQuery, PARAMETERS } from '../fuzz/odd-queries.js';

/** So many GET requests by chance, as lines of an access log: lists, details, runs, and now and then what is not there. */
export function accessLog(seed: number, count: number, sessionIds: readonly string[]): string {
  const dice = new Dice(seed);
  const ids = [...SEEDED, ...HARD_IDS, ...sessionIds, 'no-such-session'];
  const lines = Array.from({ length: count }, () => {
    const date = '25/Nov/2026:10:00:00 +0000';
    return `127.0.0.1 - - [${date}] "GET ${oddTarget(dice, ids)} HTTP/1.1" 200 512 "-" "generated"`;
  });
  return `${lines.join('\n')}\n`;
}

function oddTarget(dice: Dice, ids: readonly string[]): string {
  const session = `/sessions/${encodeURIComponent(dice.pick(ids))}`;
  switch (dice.below(12)) {
    case 0:
      return '/health';
    case 1:
    case 2:
    case 3:
    case 4:
      return `/sessions${oddQuery(dice, PARAMETERS.list)}`;
    case 5:
    case 6:
      return `${session}/runs${oddQuery(dice, PARAMETERS.runs)}`;
    case 7:
      return `${session}/run-previews${oddQuery(dice, PARAMETERS.runs)}`;
    case 8: {
      const [owner, run] = dice.pick(RUNS);
      return `/sessions/${owner}/runs/${run}${oddQuery(dice, PARAMETERS.session)}`;
    }
    default:
      return `${session}${oddQuery(dice, PARAMETERS.session)}`;
  }
}
