import type { DatabaseServer, TestPostgres } from '../test/support/postgres.js';
import { peakMegabytes } from '../test/support/process-metrics.js';
import { HMAC_SECRET, hs256Token, secondsFromNow } from '../test/support/signed-tokens.js';
import { createFilledDatabase } from './bench-dataset.js';
import { runWrk } from './load/wrk.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult, type TargetResult } from './target-result.js';
import { DATASETS, MAX_LIST_GROWTH, MAX_LISTS_PEAK_MB, MIN_SECURED_RATIO } from './targets.js';

/** How much dearer the same list is in the larger data set, in CPU of service and PostgreSQL. */
export function listGrowth(outcomes: readonly TargetResult[]): LimitResult[] {
  const cost = (on: string) => {
    const outcome = outcomes.find(({ target }) => target.kind === 'list' && target.on === on);
    const ours = outcome?.results.get('ours');
    return ours === undefined ? Number.NaN : ours.cpuUs + ours.postgresCpuUs;
  };
  const growth = checkLimit(cost('many') / cost('usual'), MAX_LIST_GROWTH, '≤', ' ×');
  return [{ what: 'CPU of a list, 200,000 sessions against 10,000', ...growth }];
}

/** The cost of authentication and the memory of lists, each measured on a service of its own. */
export async function benchServiceLimits(postgres: TestPostgres): Promise<LimitResult[]> {
  return [...(await benchSecuredDetail(postgres)), ...(await listsOfLargeSessions(postgres))];
}

async function listsOfLargeSessions(postgres: DatabaseServer): Promise<LimitResult[]> {
  const dsn = await createFilledDatabase(postgres, 'large_sessions', { sessions: 100, runs: 2, runBytes: 1_000_000 });
  const service = await startSubject('ours', dsn);
  const url = `${service.baseUrl}/sessions?limit=100`;
  await Promise.all([url, url, url, url].map(textOf));
  const peak = peakMegabytes(service.pid);
  await service.stop();
  return [
    { what: 'Peak RSS over four lists of 100 × 2 MB at once', ...checkLimit(peak, MAX_LISTS_PEAK_MB, '≤', ' MB') },
  ];
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

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
async function benchSecuredDetail(postgres: DatabaseServer): Promise<LimitResult[]> {
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
