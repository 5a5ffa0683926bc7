import { runSql, startPostgres, type TestPostgres } from '../test/support/postgres.js';
import { makeCertificate } from '../test/support/server-certificate.js';
import { createFilledDatabase } from './bench-dataset.js';
import { type Download, type DownloadImpact, measureDownloads } from './download-impact.js';
import { createLargeSessions, type LargeSession, type Layout } from './large-sessions.js';
import { benchSendCost } from './send-cost.js';
import { benchStoppedReaders } from './stopped-readers.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { DATASETS, MEMORY_LIMITS } from './targets.js';

/** The name of these benchmarks for `--only`. */
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
 * Memory of large responses, and what others notice of them. Each row has a service of its own, and counts the peak of its
 * RSS above that of the warm idle process.
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
        const watched = await measureDownloads(target, Array(DETAILS).fill(`/sessions/${session.id}`));
        yield memoryRow(`${DETAILS} details at once of ${sizeOf(session)}, ${tls}`, watched, MEMORY_LIMITS.detailsMb);
      }
    }
  }
}

async function* pictures(dsn: string, layout: Layout): AsyncGenerator<LimitResult> {
  for (const session of PICTURE_SESSIONS) {
    const what = `${LISTINGS} /runs at once of ${sizeOf(session)}, ${layout}`;
    const watched = await measureDownloads(dsn, Array(LISTINGS).fill(`/sessions/${session.id}/runs`));
    yield memoryRow(what, watched, layout === 'v3' ? MEMORY_LIMITS.picturesMb : undefined);
    yield waitRow(what, watched);
  }
}

/** A session of 50 MB: its runs, and its detail. */
async function* largeSessions(dsn: string, layout: Layout): AsyncGenerator<LimitResult> {
  for (const session of TEXT_SESSIONS) {
    for (const route of ['/runs', '']) {
      const what = `${route === '' ? 'Detail' : route} of ${sizeOf(session)}, ${layout}`;
      const watched = await measureDownloads(dsn, [`/sessions/${session.id}${route}`]);
      yield layout === 'v3' ? memoryRow(what, watched, MEMORY_LIMITS.largeSessionMb) : timesRow(what, watched, session);
      yield waitRow(what, watched);
    }
  }
}

async function* wholeList(dsn: string): AsyncGenerator<LimitResult> {
  const watched = await measureDownloads(dsn, ['/sessions?limit=9223372036854775807'], 's1');
  const what = `All ${DATASETS.many.sessions} sessions in one list, heap of 256 MB`;
  yield memoryRow(what, watched, undefined);
  yield waitRow(what, watched);
}

function memoryRow(what: string, { riseMb, downloads }: DownloadImpact, goal: number | undefined): LimitResult {
  return judged(`RSS: ${what}`, downloads, checkLimit(riseMb, goal, '≤', ' MB'));
}

function timesRow(what: string, { riseMb, downloads }: DownloadImpact, { content }: LargeSession): LimitResult {
  const times = (riseMb * 1024 * 1024) / Math.max(1, ...downloads.map(({ bytes }) => bytes));
  const goal = content === 'ascii' ? MEMORY_LIMITS.columnTimesAscii : MEMORY_LIMITS.columnTimesOther;
  return judged(`RSS: ${what}`, downloads, checkLimit(times, goal, '≤', ' × its size'));
}

function waitRow(what: string, { longestWaitMs, downloads }: DownloadImpact): LimitResult {
  return judged(
    `Longest wait of others: ${what}`,
    downloads,
    checkLimit(longestWaitMs, MEMORY_LIMITS.waitMs, '≤', ' ms'),
  );
}

/** A figure counts only where every client got its response. */
function judged(
  what: string,
  downloads: readonly Download[],
  { text, isMet }: ReturnType<typeof checkLimit>,
): LimitResult {
  const statuses = downloads.map(({ status }) => status || 'none');
  if (statuses.every((status) => status === 200)) return { what, text, isMet };
  return { what, text: `${text}, NOT MET: statuses ${statuses.join(', ')}`, isMet: false };
}

function sizeOf({ runs, runBytes, content }: LargeSession): string {
  const each = runBytes < MB ? `${runBytes / 1_000} KB` : `${runBytes / MB} MB`;
  return `${(runs * runBytes) / MB} MB in ${runs} runs of ${each} (${content})`;
}

/** A server that offers TLS. A DSN that does not say otherwise uses it, as `sslmode=prefer` does. */
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
