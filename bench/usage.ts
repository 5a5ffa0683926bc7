import pg from 'pg';
import { sessionIndexes } from '../libs/storage/src/sql/session-indexes.sql.js';
import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { createTables } from './bench-dataset.js';
import { TABLES } from './fill-dataset.js';
import { median } from './measure.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { USAGE_LIMITS } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const USAGE = 'usage';

const SESSIONS = 1_000_000;
const DAYS = 90;
const ROUNDS = 9;
/** Requests of one round, one after the other, of which the slowest hundredth counts. */
const REQUESTS = 1_000;

/** Usage by day, component and user over 90 days of 1,000,000 sessions, and other requests beside it. */
export async function* benchUsage(postgres: DatabaseServer): AsyncGenerator<LimitResult> {
  const dsn = await postgres.createDatabase(USAGE);
  await createTables(dsn);
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  await client.query(SESSION_ROWS, [SESSIONS, DAYS * 86_400]);
  await client.query(RUN_ROWS);
  for (const { create } of sessionIndexes(TABLES)) await client.query(create);
  await client.query('VACUUM ANALYZE');
  await client.end();
  const service = await startSubject('ours', dsn);
  try {
    for (const group of ['day', 'component', 'user']) {
      const times: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const time = await timeOf(service, usageBy(group));
        if (round > 0) times.push(time);
      }
      const limit = group === 'day' ? USAGE_LIMITS.dayMs : undefined;
      yield {
        what: `Usage by ${group} over ${DAYS} days of ${SESSIONS} sessions`,
        ...checkLimit(median(times), limit, '≤', ' ms'),
      };
    }
    yield await otherRequests(service);
  } finally {
    await service.stop();
  }
}

/** p99 of details while usage is computed again and again, relative to none: the median of pairs of rounds. */
async function otherRequests(service: ServerProcess): Promise<LimitResult> {
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const alone = await p99OfDetails(service);
    let isMeasuring = true;
    const computing = (async () => {
      while (isMeasuring) await timeOf(service, usageBy('day'));
    })();
    const beside = await p99OfDetails(service);
    isMeasuring = false;
    await computing;
    if (round > 0) ratios.push(beside / alone);
  }
  return {
    what: 'p99 of details beside usage by day, relative to none',
    ...checkLimit(median(ratios), USAGE_LIMITS.timesP99, '≤', ' ×'),
  };
}

async function p99OfDetails(service: ServerProcess): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < REQUESTS; index++) times.push(await timeOf(service, `/sessions/s${1 + index * 997}`));
  return times.toSorted((a, b) => a - b)[Math.floor(REQUESTS * 0.99)] ?? Number.NaN;
}

/** The period ends today, by default. */
function usageBy(group: string): string {
  const from = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  return `/usage/sessions?group_by=${group}&from=${from}`;
}

/** Milliseconds until the response is complete. */
async function timeOf({ baseUrl }: ServerProcess, path: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(baseUrl + path);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${path} responded ${response.status}`);
  return performance.now() - start;
}

const SESSION_ROWS = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, agent_data, created_at)
  SELECT 's' || i, 'agent', 'agent-' || i % 80, 'user-' || i % 1000, jsonb_build_object('session_state', jsonb_build_object('step', i),
      'session_metrics', jsonb_build_object('input_tokens', 120, 'output_tokens', 80, 'total_tokens', 200)),
    '{"name": "Agent", "model": {"id": "gpt-4o", "provider": "OpenAI"}}', extract(epoch FROM now())::bigint - $2::bigint * ($1::bigint - i) / $1::bigint
  FROM generate_series(1, $1::bigint) i`;

/** One run per session; one in fifty has failed. */
const RUN_ROWS = `INSERT INTO ai.agno_runs (run_id, session_id, run_type, agent_id, user_id, status, run_index, run_data, created_at)
  SELECT 'r' || session_id, session_id, 'agent', agent_id, user_id, CASE WHEN created_at % 50 = 0 THEN 'ERROR' ELSE 'COMPLETED' END, 0,
    jsonb_build_object('run_id', 'r' || session_id, 'status', 'COMPLETED', 'content', repeat(md5(session_id) || ' ', 20)), created_at
  FROM ai.agno_sessions`;
