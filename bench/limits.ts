import type { DatabaseServer, TestPostgres } from '../test/support/postgres.js';
import { createFilledDatabase } from './bench-dataset.js';
import { checkLimit, type LimitResult, type TargetResult } from './outcome.js';
import { benchSecuredDetail } from './secured-detail.js';
import { startSubject } from './subjects.js';
import { MAX_LIST_GROWTH, MAX_LISTS_PEAK_MB } from './targets.js';
import { peakRssMb } from './usage.js';

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
  const peak = peakRssMb(service.pid);
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
