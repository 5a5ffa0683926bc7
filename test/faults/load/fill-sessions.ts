import type { ServedDatabase } from '../support/served-database.js';

/** Adds so many sessions named `Chat 1`, `Chat 2`, …, each of one of 100 users. */
export async function fillSessions(database: ServedDatabase, count: number): Promise<void> {
  await database.sql(SESSIONS, [count]);
  await database.sql('VACUUM ANALYZE');
}

const SESSIONS = `INSERT INTO ai.agno_sessions
    (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)
  SELECT 's' || i, 'agent', 'agent-1', 'user-' || i % 100, jsonb_build_object('session_name', 'Chat ' || i),
    1700000000 + i, 1700000000 + i
  FROM generate_series(1, $1) i`;
