import type { LayoutName } from './layout-databases.js';
import type { ScratchDatabase } from './scratch-database.js';
import type { SeededRandom } from './seeded-random.js';

/** A row of the sessions table, as far as usage depends on it. */
export interface UsageSession {
  readonly session_id: string;
  readonly session_type: string;
  readonly agent_id: string | null;
  readonly team_id: string | null;
  readonly workflow_id: string | null;
  readonly user_id: string | null;
  /** JSON text or null. */
  readonly session_data: string | null;
  readonly created_at: number;
}

/** A row of the runs table, as far as usage depends on it. */
export interface UsageRun {
  readonly run_id: string;
  readonly session_id: string;
  readonly status: string | null;
  readonly created_at: number;
}

/** Stored values of `session_data`, each with the tokens that it counts for. */
const SESSION_DATA: readonly (readonly [json: string | null, tokens: number])[] = [
  ['{"session_metrics": {"total_tokens": 12}}', 12],
  ['{"session_metrics": {"total_tokens": 7.0}, "session_state": {"a": [1, 2]}}', 7],
  ['{"session_metrics": {"total_tokens": "31"}}', 31],
  ['{"session_metrics": {"total_tokens": 1e999}}', 0],
  ['{"session_metrics": {"total_tokens": -5}}', 0],
  ['{"session_metrics": {"total_tokens": 2.5}}', 0],
  ['{"session_metrics": {"total_tokens": [3]}}', 0],
  ['{"session_metrics": {"total_tokens": {"n": 3}}}', 0],
  ['{"session_metrics": {"total_tokens": "12 or so"}}', 0],
  ['{"session_metrics": {"total_tokens": "9999999999999999999999"}}', 0],
  ['{"session_metrics": {"total_tokens": true}}', 0],
  ['{"session_metrics": {"total_tokens": null}}', 0],
  ['{"session_metrics": [1]}', 0],
  ['{"session_metrics": "12"}', 0],
  ['["session_metrics"]', 0],
  ['"total_tokens"', 0],
  ['null', 0],
  ['{}', 0],
  [null, 0],
];

export function tokensOf({ session_data }: UsageSession): number {
  return SESSION_DATA.find(([json]) => json === session_data)?.[1] ?? 0;
}

/** Random sessions and runs, created at `start` or up to `seconds` later. */
export function randomUsage(random: SeededRandom, start: number, seconds: number) {
  const time = () => start + random.below(seconds);
  const id = (name: string, count: number) => (random.oneIn(6) ? null : `${name}-${random.below(count)}`);
  const sessions = Array.from(
    { length: 300 },
    (_, index): UsageSession => ({
      session_id: `s${index}`,
      session_type: random.pick(['agent', 'agent', 'team', 'workflow', 'unknown', '']),
      agent_id: id('agent', 80),
      team_id: id('team', 4),
      workflow_id: id('workflow', 4),
      user_id: random.oneIn(9) ? '' : id("user'", 70),
      session_data: random.pick(SESSION_DATA)[0],
      created_at: time(),
    }),
  );
  const runs = Array.from(
    { length: 600 },
    (_, index): UsageRun => ({
      run_id: `r${index}`,
      session_id: random.pick(sessions).session_id,
      status: random.pick(['COMPLETED', 'COMPLETED', 'ERROR', 'CANCELLED', 'RUNNING', 'odd', null]),
      created_at: time(),
    }),
  );
  return { sessions, runs };
}

/** Stores the sessions, and the runs if the layout has a table for them. */
export async function insertUsage(
  database: ScratchDatabase,
  layout: LayoutName,
  { sessions, runs }: { readonly sessions: readonly UsageSession[]; readonly runs: readonly UsageRun[] },
): Promise<void> {
  const json = layout === 'json' ? 'json' : 'jsonb';
  await database.sql(
    `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, team_id, workflow_id, user_id, session_data, created_at)
      SELECT session_id, session_type, agent_id, team_id, workflow_id, user_id, session_data::${json}, created_at
      FROM json_to_recordset($1) AS s (session_id text, session_type text, agent_id text, team_id text, workflow_id text,
        user_id text, session_data text, created_at bigint)`,
    [JSON.stringify(sessions)],
  );
  if (layout !== 'v3' && layout !== 'mixed') return;
  await database.sql(
    `INSERT INTO ai.agno_runs (run_id, session_id, run_type, status, run_data, created_at)
      SELECT run_id, session_id, 'agent', status, '{}', created_at
      FROM json_to_recordset($1) AS r (run_id text, session_id text, status text, created_at bigint)`,
    [JSON.stringify(runs)],
  );
}
