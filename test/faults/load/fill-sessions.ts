import type { SingleDatabaseService } from '../support/single-database-service.js';

/** Adds `count` sessions named `Chat 1`, `Chat 2`, …, spread over 100 users. */
export async function fillSessions(database: SingleDatabaseService, count: number): Promise<void> {
  await database.sql(SESSIONS, [count]);
  await database.sql('VACUUM ANALYZE');
}

const SESSIONS = `INSERT INTO ai.agno_sessions
    (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)
  SELECT 's' || i, 'agent', 'agent-1', 'user-' || i % 100, jsonb_build_object('session_name', 'Chat ' || i),
    1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1) i`;

/** Adds `count` sessions without a name, whose titles come from their first runs. */
export async function fillUntitledSessions(database: SingleDatabaseService, count: number): Promise<void> {
  await database.sql(UNTITLED, [count]);
  await database.sql(FIRST_RUNS, [count]);
  await database.sql('VACUUM ANALYZE');
}

const UNTITLED = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)
  SELECT 'u' || i, 'agent', 'agent-1', 'user-' || i % 100, '{}', 1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1::int) i`;

const FIRST_RUNS = `INSERT INTO ai.agno_runs
    (run_id, session_id, run_type, agent_id, status, run_index, run_data, created_at, updated_at)
  SELECT 'r' || i, 'u' || i, 'agent', 'agent-1', 'COMPLETED', 1, jsonb_build_object('run_id', 'r' || i, 'agent_id', 'agent-1',
      'input', jsonb_build_object('input_content', 'Question ' || i),
      'messages', jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || i))),
    1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1::int) i`;
