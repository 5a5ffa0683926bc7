import type { SessionType, StoredSession } from '@session-service/contract';
import type { SqlValue } from '@session-service/database';
import type { RawJson } from '@session-service/json';
import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { jsonType } from './json-columns.js';

export interface NewSession {
  readonly session_id: string;
  readonly session_type: SessionType;
  readonly component_id: string | null;
  readonly user_id: string | null;
  readonly session_data: RawJson;
  /** Value of `agent_data`, `team_data` or `workflow_data`, depending on the type. */
  readonly component_data: RawJson;
  readonly metadata: RawJson;
  readonly summary: RawJson;
  /** Unix seconds. */
  readonly created_at: number;
  /** Initial runs, in the form in which AgentOS stores runs. */
  readonly runs: readonly RawJson[];
}

/** Columns that PostgreSQL may have normalised (jsonb); all other columns are stored as given. */
export interface CreatedRow extends Pick<StoredSession, 'session_data' | 'metadata' | 'summary'>, LayoutCheckedRow {}

const RETURNED_COLUMNS = 'session_data, metadata, summary';

/** Inserts a session. Returns no row if its id is taken. */
export function createSession(type: SessionType) {
  return (statements: StatementCache): string =>
    `INSERT INTO ${statements.tables.sessions} (${insertColumns(type)}) VALUES (${insertValues(type, statements)})
      ON CONFLICT (session_id) DO NOTHING RETURNING ${RETURNED_COLUMNS}`;
}

/**
 * As `createSession`, with initial runs. Fails with 23505 if a run id is taken. $10: runs as a JSON array. Without a runs
 * table in the layout, inserts nothing and returns a row with `upgraded` if there is one now. INSERT has locked the
 * sessions by then, so a runs table that refers to them cannot appear after the check.
 */
export function createSessionWithRuns(type: SessionType) {
  return (statements: StatementCache): string => {
    const { tables, layout } = statements;
    const values = insertValues(type, statements);
    if (!layout.hasRunsTable) {
      return `WITH layout AS (SELECT ${tableExists(tables.runs)} AS upgraded),
        created AS (INSERT INTO ${tables.sessions} (${insertColumns(type)}, runs)
          SELECT ${values}, $10::${jsonType(statements, 'runs')} FROM layout WHERE NOT upgraded
          ON CONFLICT (session_id) DO NOTHING RETURNING ${RETURNED_COLUMNS})
        SELECT ${RETURNED_COLUMNS}, NULL AS upgraded FROM created
        UNION ALL SELECT NULL, NULL, NULL, 't' FROM layout WHERE upgraded`;
    }
    return `WITH created AS (INSERT INTO ${tables.sessions} (${insertColumns(type)}) VALUES (${values})
        ON CONFLICT (session_id) DO NOTHING RETURNING session_id, user_id, ${RETURNED_COLUMNS}),
      stored AS (INSERT INTO ${tables.runs} (session_id, run_id, run_type, agent_id, team_id, workflow_id, user_id,
          parent_run_id, status, run_index, run_data, created_at, updated_at)
        SELECT session_id, run->>'run_id', ${RUN_TYPE}, run->>'agent_id', run->>'team_id', run->>'workflow_id', user_id,
          run->>'parent_run_id', run->>'status', ordinal - 1, run,
          coalesce(nullif((run->>'created_at')::bigint, 0), $9::bigint), $9::bigint
        FROM created, jsonb_array_elements($10::jsonb) WITH ORDINALITY AS given(run, ordinal))
      SELECT ${RETURNED_COLUMNS} FROM created`;
  };
}

/** agno's `run_type`: workflow if the run names no agent or team; agent if it has an agent's id or name; else team. */
export const RUN_TYPE = `CASE
          WHEN NOT (${['agent_id', 'agent_name', 'team_id', 'team_name'].map(isTruthy).join(' OR ')}) THEN 'workflow'
          WHEN ${['agent_id', 'agent_name'].map((key) => `${isTruthy(key)} AND jsonb_typeof(run->'${key}') = 'string'`).join(' OR ')} THEN 'agent'
          ELSE 'team' END`;

/** SQL condition: the run's member is truthy in Python. */
function isTruthy(key: string): string {
  return `coalesce(run->'${key}', 'null') NOT IN ('null', 'false', '0', '""', '[]', '{}')`;
}

/** The stored row of a new session: the given values, with the returned columns as PostgreSQL has normalised them. */
export function storedSession(session: NewSession, created: CreatedRow): StoredSession {
  const { session_id, session_type, component_id, user_id, component_data, created_at } = session;
  const time = String(created_at) as RawJson;
  const ifType = <T>(type: SessionType, value: T) => (type === session_type ? value : null);
  return {
    session_id,
    session_type,
    agent_id: ifType('agent', component_id),
    team_id: ifType('team', component_id),
    workflow_id: ifType('workflow', component_id),
    user_id,
    session_data: created.session_data,
    agent_data: ifType('agent', component_data),
    team_data: ifType('team', component_data),
    workflow_data: ifType('workflow', component_data),
    metadata: created.metadata,
    summary: created.summary,
    created_at: time,
    updated_at: time,
  };
}

/** Parameters $1 to $9 of `createSession` and `createSessionWithRuns`. */
export function createParameters(session: NewSession): SqlValue[] {
  const { session_id, session_type, component_id, user_id, session_data, component_data, metadata, summary } = session;
  const ids = [session_id, session_type, component_id, user_id];
  return [...ids, session_data, component_data, metadata, summary, session.created_at];
}

function insertColumns(type: SessionType): string {
  return `session_id, session_type, ${type}_id, user_id, session_data, ${type}_data, metadata, summary, created_at, updated_at`;
}

/** A json column keeps the order of the keys, as Python writes it; a value of type jsonb would lose it. */
function insertValues(type: SessionType, statements: StatementCache): string {
  const json = ['session_data', `${type}_data`, 'metadata', 'summary'];
  const values = json.map((column, index) => `$${index + 5}::${jsonType(statements, column)}`);
  return `$1, $2, $3, $4, ${values.join(', ')}, $9::bigint, $9::bigint`;
}
