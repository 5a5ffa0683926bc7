import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { V2_TABLES } from '../test/support/agno-tables.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { createTables } from './bench-dataset.js';

/** Storage layout of runs: `v3` in one row each, `v2` in one column of the session. */
export type Layout = 'v3' | 'v2';

/** A session whose runs each have a question and one large value. */
export interface LargeSession {
  readonly id: string;
  readonly runs: number;
  /** Size of the large value of each run in UTF-8 bytes. */
  readonly runBytes: number;
  readonly content: keyof typeof CONTENTS;
}

/** Id of a session of a few hundred bytes in every database of `createLargeSessions`. */
export const SMALL_SESSION = 'small';

const SMALL: LargeSession = { id: SMALL_SESSION, runs: 1, runBytes: 200, content: 'ascii' };

/** Creates a database with these sessions. Resolves with its DSN. */
export async function createLargeSessions(
  postgres: DatabaseServer,
  name: string,
  layout: Layout,
  sessions: readonly LargeSession[],
): Promise<string> {
  const dsn = await postgres.createDatabase(name);
  if (layout === 'v3') await createTables(dsn);
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    if (layout === 'v2') await client.query(V2_TABLES);
    for (const session of [SMALL, ...sessions]) await store(client, layout, session);
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
  return dsn;
}

/** Collects the runs in a temporary table: in one parameter, they could exceed Node's maximum string length. */
async function store(client: pg.Client, layout: Layout, session: LargeSession): Promise<void> {
  await client.query('CREATE TEMP TABLE new_runs (number int, run jsonb)');
  for (let number = 0; number < session.runs; number++) {
    await client.query('INSERT INTO new_runs VALUES ($1, $2)', [number, runOf(session, number)]);
  }
  await client.query(SESSION, [session.id]);
  await client.query(layout === 'v3' ? RUNS_V3 : RUNS_V2, [session.id]);
  await client.query('DROP TABLE new_runs');
}

function runOf({ id, runBytes, content }: LargeSession, number: number): string {
  const base = {
    run_id: `${id}-${number}`,
    agent_id: 'agent-1',
    status: 'COMPLETED',
    created_at: 1_700_000_000 + number,
  };
  const question = { id: `q${number}`, role: 'user', content: `Question ${number}`, created_at: 1_700_000_000 };
  return JSON.stringify({ ...base, content: 'An answer', ...CONTENTS[content](runBytes, number, question) });
}

/** The large members of a run. Random, so that PostgreSQL cannot compress them. */
const CONTENTS = {
  ascii: (bytes: number, number: number, question: object) => ({
    messages: [question, answerMessage(number, randomBytes(Math.ceil(bytes / 2)).toString('hex'))],
  }),
  'non-Latin': (bytes: number, number: number, question: object) => ({
    messages: [question, answerMessage(number, chineseText(bytes))],
  }),
  pictures: (bytes: number, number: number, question: object) => ({
    messages: [question, answerMessage(number, 'A picture')],
    images: [{ id: `i${number}`, mime_type: 'image/png', content: randomBytes((bytes * 3) / 4).toString('base64') }],
  }),
};

function answerMessage(number: number, content: string) {
  return { id: `a${number}`, role: 'assistant', content, created_at: 1_700_000_001 };
}

/** Random Chinese characters, each of three bytes in UTF-8. */
function chineseText(bytes: number): string {
  const codes = new Uint16Array(randomBytes(2 * Math.ceil(bytes / 3)).buffer);
  return Buffer.from(codes.map((code) => 0x4e00 + (code % 20_000)).buffer).toString('utf16le');
}

const SESSION = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)
  VALUES ($1, 'agent', 'agent-1', 'user-1', '{"session_name": "Large"}', 1700000000, 1700000000)`;

const RUNS_V3 = `INSERT INTO ai.agno_runs
    (run_id, session_id, run_type, agent_id, user_id, status, run_index, run_data, created_at, updated_at)
  SELECT run->>'run_id', $1, 'agent', 'agent-1', 'user-1', 'COMPLETED', number, run, 1700000000, 1700000000
  FROM new_runs`;

const RUNS_V2 = `UPDATE ai.agno_sessions SET runs = (SELECT jsonb_agg(run ORDER BY number) FROM new_runs)
  WHERE session_id = $1`;
