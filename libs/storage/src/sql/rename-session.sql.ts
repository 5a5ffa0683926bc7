import type { StatementCache } from '../layout.js';
import { withRuns } from './read-session.sql.js';
import { SESSION_CONDITION } from './session-filter.js';
import { asObject } from './update-session.sql.js';

/** Sets only the name: AgentOS leaves updated_at unchanged. $1 session id, $2 owner or null, $3 required type or null, $4 name as JSON. */
export function renameSession(statements: StatementCache): string {
  return `WITH changed AS (UPDATE ${statements.tables.sessions} s
      SET session_data = ${asObject('s.session_data')} || jsonb_build_object('session_name', $4::jsonb)
      WHERE ${SESSION_CONDITION} AND ($3::text IS NULL OR s.session_type = $3)
      RETURNING s.*)
    ${withRuns(statements, 'changed', 'detail')}`;
}
