import type { SqlValue } from '@session-service/database';
import type { RawJson } from '@session-service/json';
import type { StatementCache } from '../layout.js';
import { withRuns } from './read-session.sql.js';

/** What a PATCH changes; absent members are left alone. */
export interface SessionChange {
  /** Members of session_data to set: session_name, session_state. Others stay. */
  readonly sessionData?: RawJson | undefined;
  /** The new metadata as a whole; JSON null empties it. */
  readonly metadata?: RawJson | undefined;
  /** Not kept for workflow sessions, which have no summary. */
  readonly summary?: RawJson | undefined;
}

/**
 * PATCH as one atomic statement: two clients that change different fields lose neither. Columns of the session's own
 * type that were SQL NULL become JSON null (`{}` in workflow sessions), as AgentOS leaves them. The stored type decides
 * what is written. $1 id, $2 owner or null, $3 session_data members, $4 metadata, $5 summary, $6 now.
 */
export function updateSession(book: StatementCache): string {
  return `WITH changed AS (UPDATE ${book.tables.sessions} s SET
      session_data = CASE WHEN $3::jsonb IS NULL THEN ${nullToJson('session_data')}
        ELSE ${asObject('s.session_data')} || $3::jsonb END,
      metadata = coalesce($4::jsonb, ${nullToJson('metadata')}),
      summary = CASE WHEN $5::jsonb IS NULL OR s.session_type = 'workflow' THEN coalesce(s.summary, 'null') ELSE $5::jsonb END,
      agent_data = CASE WHEN s.session_type NOT IN ('team', 'workflow') THEN coalesce(s.agent_data, 'null') ELSE s.agent_data END,
      team_data = CASE s.session_type WHEN 'team' THEN coalesce(s.team_data, 'null') ELSE s.team_data END,
      workflow_data = CASE s.session_type WHEN 'workflow' THEN ${nullToJson('workflow_data')} ELSE s.workflow_data END,
      updated_at = $6::bigint
      WHERE s.session_id = $1 AND ($2::text IS NULL OR s.user_id = $2) RETURNING s.*)
    ${withRuns(book, 'changed', 'detail')}`;
}

export function updateValues(id: string, userId: string | undefined, change: SessionChange, now: number): SqlValue[] {
  return [id, userId ?? null, change.sessionData ?? null, change.metadata ?? null, change.summary ?? null, now];
}

/**
 * Renames; neither updated_at nor anything else changes. $1 id, $2 owner or null, $3 type or null, $4 the name as JSON.
 */
export function renameSession(book: StatementCache): string {
  return `WITH changed AS (UPDATE ${book.tables.sessions} s
      SET session_data = ${asObject('s.session_data')} || jsonb_build_object('session_name', $4::jsonb)
      WHERE s.session_id = $1 AND ($2::text IS NULL OR s.user_id = $2) AND ($3::text IS NULL OR s.session_type = $3)
      RETURNING s.*)
    ${withRuns(book, 'changed', 'detail')}`;
}

function nullToJson(column: string): string {
  return `CASE WHEN s.session_type = 'workflow' AND coalesce(s.${column}, 'null') = 'null' THEN '{}'
        ELSE coalesce(s.${column}, 'null') END`;
}

function asObject(column: string): string {
  return `CASE jsonb_typeof(${column}) WHEN 'object' THEN ${column} ELSE '{}' END`;
}
