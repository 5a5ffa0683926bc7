import type { DatabaseServer } from '../test/support/postgres.js';
import { HMAC_SECRET, hs256Token, secondsFromNow } from '../test/support/tokens.js';
import { createFilledDatabase } from './bench-dataset.js';
import { runWrk } from './load/wrk.js';
import { checkLimit, type LimitResult } from './outcome.js';
import { startSubject } from './subjects.js';
import { DATASETS, MIN_SECURED_RATIO } from './targets.js';

const USERS = 100;
const TURNS = 5;
const SECONDS = 3;
const ISOLATED = {
  JWT_VERIFICATION_KEY: HMAC_SECRET,
  JWT_ALGORITHM: 'HS256',
  AGNO_AUTHORIZATION: 'true',
  AGNO_USER_ISOLATION: 'true',
};

/** What tokens, scopes and isolation cost a detail: the open service and a secured one on the same rows, in turns. */
export async function benchSecuredDetail(postgres: DatabaseServer): Promise<LimitResult[]> {
  const dsn = await createFilledDatabase(postgres, 'secured', DATASETS.usual);
  const [open, secured] = [await startSubject('ours', dsn), await startSubject('ours', dsn, ISOLATED)];
  const tokens = Array.from({ length: USERS }, (_, user) =>
    hs256Token({ sub: `user-${user}`, scopes: ['sessions:read'], exp: secondsFromNow(3600) }),
  );
  const ratios: number[] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const perSecond = async (baseUrl: string) => {
      const { requestsPerSecond, failures } = await runWrk(baseUrl, 'detail', DATASETS.usual.sessions, SECONDS, tokens);
      if (failures > 0) throw new Error(`${failures} details failed`);
      return requestsPerSecond;
    };
    const [without, having] = [await perSecond(open.baseUrl), await perSecond(secured.baseUrl)];
    if (turn > 0) ratios.push(having / without);
  }
  await Promise.all([open.stop(), secured.stop()]);
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
  return [
    {
      what: 'Details per second with tokens, scopes and isolation',
      ...checkLimit(median, MIN_SECURED_RATIO, '≥', ' × open'),
    },
  ];
}
