import type { SqlValue } from '@session-service/database';
import type { RawJson } from '@session-service/json';
import type { StatementCache } from '../layout.js';
import { isJsonText, jsonType, jsonWithMembers, markedText } from './json-columns.js';
import { withRuns } from './read-session.sql.js';
import { SESSION_CONDITION, type SessionScope, sessionParameters } from './session-filter.js';

/** The changes of a PATCH request. An undefined member keeps the stored value. */
export interface SessionChange {
  /** Members of session_data to set (session_name, session_state); other members are kept. */
  readonly sessionData?: RawJson | undefined;
  /** Replaces all metadata; JSON null clears it. */
  readonly metadata?: RawJson | undefined;
  /** Ignored for workflow sessions, which have no summary. */
  readonly summary?: RawJson | undefined;
}

/**
 * PATCH as one atomic statement, so that two clients that change different fields do not overwrite each other. Like AgentOS,
 * turns SQL NULL into JSON null (`{}` for workflow sessions) in the columns of the session's stored type.
 * $1 session id, $2 owner or null, $3 session_data members, $4 metadata, $5 summary, $6 now.
 */
export function updateSession(statements: StatementCache): string {
  const json = (column: string) => jsonType(statements, column);
  const nullToJson = (column: string) => emptyToJson(statements, column);
  const merged = isJsonText(statements, 'session_data')
    ? jsonWithMembers('s.session_data', `(${markedText('$3::text')})::json`)
    : `${asObject('s.session_data')} || $3::jsonb`;
  return `WITH changed AS (UPDATE ${statements.tables.sessions} s SET
      session_data = CASE WHEN $3::${json('session_data')} IS NULL THEN ${nullToJson('session_data')}
        ELSE ${merged} END,
      metadata = coalesce($4::${json('metadata')}, ${nullToJson('metadata')}),
      summary = CASE WHEN $5::${json('summary')} IS NULL OR s.session_type = 'workflow' THEN coalesce(s.summary, 'null') ELSE $5::${json('summary')} END,
      agent_data = CASE WHEN s.session_type NOT IN ('team', 'workflow') THEN coalesce(s.agent_data, 'null') ELSE s.agent_data END,
      team_data = CASE s.session_type WHEN 'team' THEN coalesce(s.team_data, 'null') ELSE s.team_data END,
      workflow_data = CASE s.session_type WHEN 'workflow' THEN ${nullToJson('workflow_data')} ELSE s.workflow_data END,
      updated_at = $6::bigint
      WHERE ${SESSION_CONDITION} RETURNING s.*)
    ${withRuns(statements, 'changed', 'detail')}`;
}

export function updateParameters(scope: SessionScope, id: string, change: SessionChange, now: number): SqlValue[] {
  const { sessionData = null, metadata = null, summary = null } = change;
  return [...sessionParameters(scope, id), sessionData, metadata, summary, now];
}

function emptyToJson(statements: StatementCache, column: string): string {
  const isNull = isJsonText(statements, column)
    ? `json_typeof(coalesce(s.${column}, 'null')) = 'null'`
    : `coalesce(s.${column}, 'null') = 'null'`;
  return `CASE WHEN s.session_type = 'workflow' AND ${isNull} THEN '{}'
        ELSE coalesce(s.${column}, 'null') END`;
}

/** The JSON object in a column, or `{}` in place of any other value. */
export function asObject(column: string): string {
  return `CASE jsonb_typeof(${column}) WHEN 'object' THEN ${column} ELSE '{}' END`;
}
