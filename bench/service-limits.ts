import type { DatabaseServer, TestPostgres } from '../test/support/postgres.js';
import { peakMegabytes } from '../test/support/process-metrics.js';
import { HMAC_SECRET, hs256Token, secondsFromNow } from '../test/support/signed-tokens.js';
import { createFilledDatabase } from './bench-dataset.js';
import { runWrk } from './load/wrk.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult, type TargetResult } from './target-result.js';
import { DATASETS, MAX_LIST_GROWTH, MAX_LISTS_PEAK_MB, MIN_SECURED_RATIO } from './targets.js';

/** Checks the CPU per list request (service and PostgreSQL) on the larger data set, relative to the smaller one. */
export function listGrowth(outcomes: readonly TargetResult[]): LimitResult[] {
  const cost = (on: string) => {
    const outcome = outcomes.find(({ target }) => target.kind === 'list' && target.on === on);
    const ours = outcome?.results.get('ours');
    return ours === undefined ? Number.NaN : ours.cpuUs + ours.postgresCpuUs;
  };
  const growth = checkLimit(cost('many') / cost('usual'), MAX_LIST_GROWTH, '≤', ' ×');
  return [{ what: 'CPU of a list, 200,000 sessions relative to 10,000', ...growth }];
}

/** Measures the cost of authentication and the memory of lists, each with a new service. */
export async function benchServiceLimits(postgres: TestPostgres): Promise<LimitResult[]> {
  return [...(await benchSecuredDetail(postgres)), ...(await listsOfLargeSessions(postgres))];
}

async function listsOfLargeSessions(postgres: DatabaseServer): Promise<LimitResult[]> {
  const dsn = await createFilledDatabase(postgres, 'large_sessions', { sessions: 100, runs: 2, runBytes: 1_000_000 });
  const service = await startSubject('ours', dsn);
  const url = `${service.baseUrl}/sessions?limit=100`;
  await Promise.all([url, url, url, url].map(fetchText));
  const peak = peakMegabytes(service.pid);
  await service.stop();
  return [
    {
      what: 'Peak RSS of four concurrent lists of 100 sessions of 2 MB',
      ...checkLimit(peak, MAX_LISTS_PEAK_MB, '≤', ' MB'),
    },
  ];
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} responded ${response.status}`);
  return response.text();
}

const USERS = 100;
const ROUNDS = 5;
const SECONDS = 3;
const ISOLATED = {
  JWT_VERIFICATION_KEY: HMAC_SECRET,
  JWT_ALGORITHM: 'HS256',
  AGNO_AUTHORIZATION: 'true',
  AGNO_USER_ISOLATION: 'true',
};

/**
 * Throughput of `GET /sessions/{id}` with tokens, scopes and isolation, relative to a service without authentication on
 * the same rows. The two are measured alternately.
 */
async function benchSecuredDetail(postgres: DatabaseServer): Promise<LimitResult[]> {
  const dsn = await createFilledDatabase(postgres, 'secured', DATASETS.usual);
  const [unsecured, secured] = [await startSubject('ours', dsn), await startSubject('ours', dsn, ISOLATED)];
  const tokens = Array.from({ length: USERS }, (_, user) =>
    hs256Token({ sub: `user-${user}`, scopes: ['sessions:read'], exp: secondsFromNow(3600) }),
  );
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const perSecond = async (baseUrl: string) => {
      const { requestsPerSecond, failures } = await runWrk(baseUrl, 'detail', DATASETS.usual.sessions, SECONDS, tokens);
      if (failures > 0) throw new Error(`${failures} requests for GET /sessions/{id} failed`);
      return requestsPerSecond;
    };
    const [unsecuredRate, securedRate] = [await perSecond(unsecured.baseUrl), await perSecond(secured.baseUrl)];
    if (round > 0) ratios.push(securedRate / unsecuredRate);
  }
  await Promise.all([unsecured.stop(), secured.stop()]);
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
  return [
    {
      what: 'Throughput of GET /sessions/{id} with tokens, scopes and isolation',
      ...checkLimit(median, MIN_SECURED_RATIO, '≥', ' × without authentication'),
    },
  ];
}
