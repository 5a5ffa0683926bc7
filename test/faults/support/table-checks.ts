import type { KillablePostgres } from './killable-postgres.js';
import type { ObservedSession, TrackedSession } from './tracked-session.js';

interface StoredRow {
  readonly id: string;
  readonly name: string | null;
  readonly revisions: (string | null)[];
  readonly runs: number;
}

/**
 * Compares the tables with the responses that clients got: every acknowledged write is stored, no rejected write is
 * stored, and a write of unknown outcome is stored completely or not at all.
 *
 * @returns a message for each session that violates this
 */
export async function tableViolations(
  sessions: readonly TrackedSession[],
  postgres: KillablePostgres,
  database: string,
): Promise<string[]> {
  const rows = await postgres.sql<StoredRow>(STORED, database, [sessions.map(({ id }) => id)]);
  const stored = new Map<string, ObservedSession>(rows.map(({ id, ...found }) => [id, found]));
  const violations = sessions.map((session) => session.violationOf(stored.get(session.id)));
  const [orphans] = await postgres.sql<{ n: number }>(ORPHANS, database);
  if (orphans?.n !== 0) violations.push(`${orphans?.n} runs belong to no session`);
  return violations.filter((violation) => violation !== undefined);
}

const STORED = `
  SELECT session_id AS id, session_data->>'session_name' AS name,
         ARRAY[session_data->'session_state'->>'revision', metadata->>'revision', summary->>'summary'] AS revisions,
         (SELECT count(*)::int FROM ai.agno_runs AS r WHERE r.session_id = s.session_id) AS runs
    FROM ai.agno_sessions AS s WHERE session_id = ANY($1)`;

const ORPHANS = `
  SELECT count(*)::int AS n FROM ai.agno_runs AS r
   WHERE NOT EXISTS (SELECT FROM ai.agno_sessions AS s WHERE s.session_id = r.session_id)`;
