import pg from 'pg';

/** The default table names of AgentOS. */
export const TABLES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };

/** `runs` are per session; `runBytes` is the approximate size of a run. */
export interface Dataset {
  readonly sessions: number;
  readonly runs: number;
  readonly runBytes: number;
}

/** Fills AgentOS's existing, empty tables. One in five sessions has a name, as in practice. */
export async function fillDataset(dsn: string, { sessions, runs, runBytes }: Dataset): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    await client.query(SESSIONS, [sessions]);
    await client.query(RUNS, [sessions, runs, Math.ceil(runBytes / 33 / 4)]);
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

/** Number of sessions that exist only to be deleted: more than delete requests can delete in one round. */
const SPARES = 100_000;

/** Creates the sessions for the delete requests of a round again. */
export async function refillSpareSessions(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, created_at)
      SELECT 'spare-' || i, 'agent', 'spare', 1 FROM generate_series(1, $1) i ON CONFLICT DO NOTHING`,
    [SPARES],
  );
}

const SESSIONS = `INSERT INTO ai.agno_sessions
    (session_id, session_type, agent_id, user_id, session_data, agent_data, metadata, created_at, updated_at)
  SELECT 's' || i, 'agent', 'agent-1', 'user-' || i % 100,
    jsonb_build_object('session_state', jsonb_build_object('step', i), 'session_metrics',
      jsonb_build_object('input_tokens', 120, 'output_tokens', 80, 'total_tokens', 200))
      || CASE WHEN i % 5 = 0 THEN jsonb_build_object('session_name', 'Chat ' || i) ELSE '{}' END,
    '{"name": "Agent", "agent_id": "agent-1", "model": {"id": "gpt-4o", "provider": "OpenAI"}}', '{"tags": ["a", "b"]}',
    1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1) i`;

const RUNS = `INSERT INTO ai.agno_runs
    (run_id, session_id, run_type, agent_id, user_id, status, run_index, run_data, created_at, updated_at)
  SELECT run_id, session_id, 'agent', 'agent-1', user_id, 'COMPLETED', j, jsonb_build_object(
      'run_id', run_id, 'session_id', session_id, 'user_id', user_id, 'agent_id', 'agent-1', 'agent_name', 'Agent',
      'status', 'COMPLETED', 'content', filler, 'content_type', 'str', 'model', 'gpt-4o', 'created_at', 1700000000 + i,
      'input', jsonb_build_object('input_content', 'Question ' || i), 'metrics', usage,
      'messages', jsonb_build_array(
        jsonb_build_object('id', 'a' || run_id, 'role', 'system', 'content', filler, 'created_at', 1700000000),
        jsonb_build_object('id', 'b' || run_id, 'role', 'user', 'content', 'Question ' || i, 'created_at', 1700000001),
        jsonb_build_object('id', 'c' || run_id, 'role', 'assistant', 'content', filler, 'metrics', usage,
          'created_at', 1700000002)),
      'events', jsonb_build_array(jsonb_build_object('event', 'RunCompleted', 'content', filler))),
    1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1) i, generate_series(1, $2) j,
    LATERAL (SELECT 'r' || i || '-' || j AS run_id, 's' || i AS session_id, 'user-' || i % 100 AS user_id,
      '{"input_tokens": 120, "output_tokens": 80, "total_tokens": 200, "duration": 1.25}'::jsonb AS usage) names,
    LATERAL (SELECT string_agg(md5(i || '.' || j || '.' || k), ' ') AS filler FROM generate_series(1, $3) k) text`;
