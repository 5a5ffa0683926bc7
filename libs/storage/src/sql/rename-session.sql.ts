import type { StatementCache } from '../layout.js';
import { asJsonb, isJsonText, jsonWithMembers, LONG_NUMBER, originalText } from './json-columns.js';
import { withRuns } from './read-session.sql.js';
import { SESSION_CONDITION } from './session-filter.js';
import { asObject } from './update-session.sql.js';

/**
 * Sets only the name: AgentOS leaves updated_at unchanged. Like AgentOS, writes a json column in the form of jsonb.
 * $1 session id, $2 owner or null, $3 required type or null, $4 name as JSON.
 */
export function renameSession(statements: StatementCache): string {
  const renamed = `${asObject(asJsonb(statements, 'session_data', 's.'))} || jsonb_build_object('session_name', $4::jsonb)`;
  return `WITH changed AS (UPDATE ${statements.tables.sessions} s
      SET session_data = ${isJsonText(statements, 'session_data') ? renamedText(renamed) : renamed}
      WHERE ${SESSION_CONDITION} AND ($3::text IS NULL OR s.session_type = $3)
      RETURNING s.*)
    ${withRuns(statements, 'changed', 'detail')}`;
}

/** jsonb would print `1e5000` with more digits than Python reads, so an object with such a number keeps its text. */
function renamedText(renamed: string): string {
  const merged = jsonWithMembers('s.session_data', "json_build_object('session_name', $4::json)");
  return `CASE WHEN s.session_data::text ~ '${LONG_NUMBER}' THEN ${merged} ELSE ${originalText(`(${renamed})::text`)}::json END`;
}
