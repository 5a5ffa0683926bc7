import { runSql, startPostgres, type TestPostgres } from '../test/support/postgres.js';
import { makeCertificate } from '../test/support/server-certificate.js';
import { createFilledDatabase } from './bench-dataset.js';
import { type Download, type DownloadImpact, measureDownloads } from './download-impact.js';
import { createLargeSessions, type LargeSession, type Layout } from './large-sessions.js';
import { benchSendCost } from './send-cost.js';
import { benchStoppedReaders } from './stopped-readers.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { DATASETS, MEMORY_LIMITS } from './targets.js';

/** Value of `--only` that selects these benchmarks. */
export const MEMORY_ROWS = 'memory';

const MB = 1_000_000;
const DETAILS = 16;
const LISTINGS = 3;

const DETAIL_SESSIONS: readonly LargeSession[] = [
  { id: 'd5k', runs: 400, runBytes: 5_000, content: 'ascii' },
  { id: 'd100k', runs: 20, runBytes: 100_000, content: 'ascii' },
];
const PICTURE_SESSIONS: readonly LargeSession[] = [
  { id: 'p10m', runs: 16, runBytes: 10 * MB, content: 'pictures' },
  { id: 'p1m', runs: 160, runBytes: MB, content: 'pictures' },
];
const TEXT_SESSIONS: readonly LargeSession[] = [
  { id: 'ascii', runs: 50, runBytes: MB, content: 'ascii' },
  { id: 'chinese', runs: 50, runBytes: MB, content: 'non-Latin' },
];

/**
 * Measures the memory of large responses and their effect on other requests. Each row uses a new service. Memory is the peak
 * RSS minus the RSS of the warm idle process.
 */
export async function* benchMemory(): AsyncGenerator<LimitResult> {
  const postgres = await startTlsPostgres();
  try {
    const all = [...PICTURE_SESSIONS, ...TEXT_SESSIONS];
    const v3 = await createLargeSessions(postgres, 'memory_v3', 'v3', [...DETAIL_SESSIONS, ...all]);
    yield* concurrentDetails(v3);
    const plain = postgres.withoutTls(v3);
    yield* benchStoppedReaders(plain, '/sessions/d5k');
    yield* benchSendCost(plain, '/sessions/ascii/runs');
    yield* pictures(plain, 'v3');
    yield* largeSessions(plain, 'v3');
    await postgres.dropDatabase('memory_v3');
    const v2 = postgres.withoutTls(await createLargeSessions(postgres, 'memory_v2', 'v2', all));
    yield* pictures(v2, 'v2');
    yield* largeSessions(v2, 'v2');
    await postgres.dropDatabase('memory_v2');
    yield* wholeList(postgres.withoutTls(await createFilledDatabase(postgres, 'memory_many', DATASETS.many)));
  } finally {
    await postgres.stop();
  }

  async function* concurrentDetails(dsn: string): AsyncGenerator<LimitResult> {
    for (const session of DETAIL_SESSIONS) {
      for (const [tls, target] of [
        ['without TLS', postgres.withoutTls(dsn)],
        ['over TLS', postgres.overTls(dsn)],
      ] as const) {
        const impact = await measureDownloads(target, Array(DETAILS).fill(`/sessions/${session.id}`));
        yield memoryRow(`${DETAILS} concurrent details of ${sizeOf(session)}, ${tls}`, impact, MEMORY_LIMITS.detailsMb);
      }
    }
  }
}

async function* pictures(dsn: string, layout: Layout): AsyncGenerator<LimitResult> {
  for (const session of PICTURE_SESSIONS) {
    const what = `${LISTINGS} concurrent /runs of ${sizeOf(session)}, ${layout}`;
    const impact = await measureDownloads(dsn, Array(LISTINGS).fill(`/sessions/${session.id}/runs`));
    yield memoryRow(what, impact, layout === 'v3' ? MEMORY_LIMITS.picturesMb : undefined);
    yield waitRow(what, impact);
  }
}

/** Measures `GET /sessions/{id}/runs` and `GET /sessions/{id}` of a session of 50 MB. */
async function* largeSessions(dsn: string, layout: Layout): AsyncGenerator<LimitResult> {
  for (const session of TEXT_SESSIONS) {
    for (const route of ['/runs', '']) {
      const what = `${route === '' ? 'Detail' : route} of ${sizeOf(session)}, ${layout}`;
      const impact = await measureDownloads(dsn, [`/sessions/${session.id}${route}`]);
      yield layout === 'v3' ? memoryRow(what, impact, MEMORY_LIMITS.largeSessionMb) : timesRow(what, impact, session);
      yield waitRow(what, impact);
    }
  }
}

async function* wholeList(dsn: string): AsyncGenerator<LimitResult> {
  const impact = await measureDownloads(dsn, ['/sessions?limit=9223372036854775807'], 's1');
  const what = `All ${DATASETS.many.sessions} sessions in one list, heap of 256 MB`;
  yield memoryRow(what, impact, undefined);
  yield waitRow(what, impact);
}

function memoryRow(what: string, { riseMb, downloads }: DownloadImpact, goal: number | undefined): LimitResult {
  return validated(`RSS: ${what}`, downloads, checkLimit(riseMb, goal, '≤', ' MB'));
}

function timesRow(what: string, { riseMb, downloads }: DownloadImpact, { content }: LargeSession): LimitResult {
  const times = (riseMb * 1024 * 1024) / Math.max(1, ...downloads.map(({ bytes }) => bytes));
  const goal = content === 'ascii' ? MEMORY_LIMITS.columnTimesAscii : MEMORY_LIMITS.columnTimesOther;
  return validated(`RSS: ${what}`, downloads, checkLimit(times, goal, '≤', ' × its size'));
}

function waitRow(what: string, { longestWaitMs, downloads }: DownloadImpact): LimitResult {
  return validated(
    `Longest response time of other requests: ${what}`,
    downloads,
    checkLimit(longestWaitMs, MEMORY_LIMITS.waitMs, '≤', ' ms'),
  );
}

/** Marks a measurement as not met unless every client got a 200. */
function validated(
  what: string,
  downloads: readonly Download[],
  { text, isMet }: ReturnType<typeof checkLimit>,
): LimitResult {
  const statuses = downloads.map(({ status }) => status || 'none');
  if (statuses.every((status) => status === 200)) return { what, text, isMet };
  return { what, text: `${text}, NOT MET: statuses ${statuses.join(', ')}`, isMet: false };
}

function sizeOf({ runs, runBytes, content }: LargeSession): string {
  const runSize = runBytes < MB ? `${runBytes / 1_000} KB` : `${runBytes / MB} MB`;
  return `${(runs * runBytes) / MB} MB in ${runs} runs of ${runSize} (${content})`;
}

/** A server that offers TLS. Clients use TLS unless their DSN disables it. */
interface TlsPostgres extends TestPostgres {
  withoutTls(dsn: string): string;
  overTls(dsn: string): string;
}

async function startTlsPostgres(): Promise<TlsPostgres> {
  const postgres = await startPostgres();
  const server = postgres.url('postgres');
  const [row] = await runSql<{ data_directory: string }>(server, 'SHOW data_directory');
  makeCertificate(row?.data_directory ?? '');
  await runSql(server, 'ALTER SYSTEM SET ssl = on');
  await runSql(server, 'SELECT pg_reload_conf()');
  return {
    ...postgres,
    withoutTls: (dsn) => `${dsn}?sslmode=disable`,
    overTls: (dsn) => `${dsn}?sslmode=require`,
  };
}
