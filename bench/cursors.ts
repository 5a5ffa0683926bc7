import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { sessionIndexes } from '../libs/storage/src/sql/session-indexes.sql.js';
import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { createTables } from './bench-dataset.js';
import { TABLES } from './fill-dataset.js';
import { median } from './measure.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { CURSOR_LIMITS } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const CURSORS = 'cursors';

const SESSIONS = 1_000_000;
const PAGE_SIZE = 20;
const LAST_PAGE = SESSIONS / PAGE_SIZE;
const TENANTS = SESSIONS / 100;
const ROUNDS = 9;
const REQUESTS = 200;
const WRITES_PER_SECOND = 100;
const WRITE_ROUND_MS = 3_000;

/** Pages by cursor and filters by metadata on 1,000,000 sessions, with the indexes of `npm run indexes`, and without. */
export async function* benchCursors(postgres: DatabaseServer): AsyncGenerator<LimitResult> {
  const dsn = await postgres.createDatabase(CURSORS);
  await createTables(dsn);
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  await client.query(FILL, [SESSIONS, TENANTS]);
  await client.query('VACUUM ANALYZE ai.agno_sessions');
  const service = await startSubject('ours', dsn);
  try {
    for (const number of [1, LAST_PAGE]) {
      const path = page(await cursorOfPage(service, number));
      const unindexed = await medianMs(9, () => timeOf(service, path));
      yield { what: `Page ${number} by cursor without our indexes`, ...checkLimit(unindexed, undefined, '≤', ' ms') };
    }
    for (const { create } of sessionIndexes(TABLES)) await client.query(create);
    await client.query('VACUUM ANALYZE ai.agno_sessions');
    yield* deepPages(service);
    yield await walksUnderWrites(service, client);
    yield await metadataFilter(service);
  } finally {
    await service.stop();
    await client.end();
  }
}

async function* deepPages(service: ServerProcess): AsyncGenerator<LimitResult> {
  const deep = page(await cursorOfPage(service, LAST_PAGE));
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const [first, distant] = [await timeOfMany(service, page('')), await timeOfMany(service, deep)];
    if (round > 0) ratios.push(distant / first);
  }
  yield {
    what: `Time of page ${LAST_PAGE} by cursor, relative to page 1`,
    ...checkLimit(median(ratios), CURSOR_LIMITS.timesFirstPage, '≤', ' ×'),
  };
}

/** Pages per second of a walk while sessions are renamed, relative to no writes. */
async function walksUnderWrites(service: ServerProcess, client: pg.Client): Promise<LimitResult> {
  const ratios: number[] = [];
  let [written, seconds] = [0, 0];
  for (let round = 0; round <= ROUNDS / 3; round++) {
    const calm = await pagesPerSecond(service);
    let isWalking = true;
    const start = performance.now();
    const writing = (async () => {
      for (let index = 1; isWalking; index++, written++) {
        await client.query(TOUCH, [`s${1 + Math.floor(Math.random() * SESSIONS)}`]);
        await sleep(Math.max(0, start + (index / WRITES_PER_SECOND) * 1_000 - performance.now()));
      }
    })();
    const busy = await pagesPerSecond(service);
    isWalking = false;
    await writing;
    seconds += (performance.now() - start) / 1_000;
    if (round > 0) ratios.push(busy / calm);
  }
  return {
    what: `Pages per second by cursor under ${Math.round(written / seconds)} writes/s, relative to no writes`,
    ...checkLimit(median(ratios), CURSOR_LIMITS.rateUnderWrites, '≥', ' ×'),
  };
}

async function pagesPerSecond(service: ServerProcess): Promise<number> {
  const start = performance.now();
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null && performance.now() - start < WRITE_ROUND_MS; pages++) {
    cursor = (await fetchPage(service, page(cursor))).meta.next_cursor;
  }
  return pages / ((performance.now() - start) / 1_000);
}

/** One request at a time, each for another value, with the exact count. */
async function metadataFilter(service: ServerProcess): Promise<LimitResult> {
  const times: number[] = [];
  for (let index = 0; index < 1_000; index++) {
    const path = `/sessions?metadata.tenant=t${Math.floor(Math.random() * TENANTS)}`;
    const time = await timeOf(service, path);
    if (index >= 100) times.push(time);
  }
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  return {
    what: `p99 of a metadata filter that 100 of ${SESSIONS} sessions match, with the exact count`,
    ...checkLimit(p99, CURSOR_LIMITS.metadataP99Ms, '≤', ' ms'),
  };
}

interface Page {
  readonly data: readonly { readonly session_id: string }[];
  readonly meta: { readonly next_cursor: string | null };
}

function page(cursor: string): string {
  return `/sessions?limit=${PAGE_SIZE}&count=none&cursor=${cursor}`;
}

/** The cursor of a distant page, made from that of the second page by its documented form, instead of a walk. */
async function cursorOfPage(service: ServerProcess, number: number): Promise<string> {
  if (number === 1) return '';
  const { meta } = await fetchPage(service, page(''));
  const parts = JSON.parse(Buffer.from(meta.next_cursor ?? '', 'base64url').toString());
  // Newest first: session i has the time 1700000000 + i / 7.
  const before = SESSIONS - (number - 1) * PAGE_SIZE + 1;
  parts.splice(-2, 2, String(1_700_000_000 + Math.floor(before / 7)), `s${before}`);
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

async function fetchPage({ baseUrl }: ServerProcess, path: string): Promise<Page> {
  const response = await fetch(baseUrl + path);
  if (response.status !== 200) throw new Error(`${path} responded ${response.status}`);
  return (await response.json()) as Page;
}

async function timeOf(service: ServerProcess, path: string): Promise<number> {
  const start = performance.now();
  const { data } = await fetchPage(service, path);
  if (data.length === 0) throw new Error(`${path} is an empty page`);
  return performance.now() - start;
}

async function timeOfMany(service: ServerProcess, path: string): Promise<number> {
  let sum = 0;
  for (let index = 0; index < REQUESTS; index++) sum += await timeOf(service, path);
  return sum;
}

async function medianMs(rounds: number, time: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await time());
  return median(times);
}

/** Seven sessions share a second, and 100 a tenant. */
const FILL = `INSERT INTO ai.agno_sessions
    (session_id, session_type, agent_id, user_id, session_data, metadata, created_at, updated_at)
  SELECT 's' || i, 'agent', 'agent-1', 'user-' || i % 100, jsonb_build_object('session_name', 'Chat ' || i),
    jsonb_build_object('tenant', 't' || i % $2::int, 'tags', '["a", "b"]'::jsonb), 1700000000 + i / 7, 1700000000 + i / 7
  FROM generate_series(1, $1::int) i`;

const TOUCH = `UPDATE ai.agno_sessions SET session_data = jsonb_set(session_data, '{session_name}', '"renamed"'),
    updated_at = extract(epoch FROM now())::bigint WHERE session_id = $1`;
