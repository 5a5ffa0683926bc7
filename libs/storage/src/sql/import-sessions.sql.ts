import type { StatementCache } from '../layout.js';
import { RUN_TYPE } from './create-session.sql.js';
import { jsonType } from './json-columns.js';

const TEXT_COLUMNS = ['session_id', 'session_type', 'agent_id', 'team_id', 'workflow_id', 'user_id'];
const JSON_COLUMNS = ['session_data', 'agent_data', 'team_data', 'workflow_data', 'metadata', 'summary'];
const TIME_COLUMNS = ['created_at', 'updated_at'];

/** agno writes absent metadata and summaries as JSON null, and other absent values as SQL NULL. */
const JSON_NULL = new Set(['metadata', 'summary']);

/** Inserts sessions with their runs. $1: a JSON array of `ImportedSession`. Sessions whose id is taken stay unchanged. */
export function importSessions(statements: StatementCache): string {
  const { tables, layout } = statements;
  const columns = [...TEXT_COLUMNS, ...JSON_COLUMNS, ...TIME_COLUMNS];
  const types = [
    ...TEXT_COLUMNS.map((column) => `${column} text`),
    ...JSON_COLUMNS.map((column) => `${column} jsonb`),
    ...TIME_COLUMNS.map((column) => `${column} bigint`),
  ];
  const values = columns.map((column) => {
    if (!JSON_COLUMNS.includes(column)) return column;
    const value = JSON_NULL.has(column) ? `coalesce(${column}, 'null')` : column;
    return `${value}::${jsonType(statements, column)}`;
  });
  const given = `given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS row(${types.join(', ')}, runs jsonb))`;
  if (!layout.hasRunsTable) {
    const runs = `(SELECT jsonb_agg(item->'run' ORDER BY ordinal) FROM jsonb_array_elements(runs) WITH ORDINALITY AS list(item, ordinal))`;
    return `WITH ${given} INSERT INTO ${tables.sessions} (${columns.join(', ')}, runs)
      SELECT ${values.join(', ')}, ${runs}::${jsonType(statements, 'runs')} FROM given ON CONFLICT (session_id) DO NOTHING`;
  }
  return `WITH ${given},
      created AS (INSERT INTO ${tables.sessions} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM given
        ON CONFLICT (session_id) DO NOTHING RETURNING session_id)
    INSERT INTO ${tables.runs} (session_id, run_id, run_type, agent_id, team_id, workflow_id, user_id, parent_run_id,
        status, run_index, run_data, created_at, updated_at)
      SELECT session_id, run->>'run_id', ${RUN_TYPE}, run->>'agent_id', run->>'team_id', run->>'workflow_id', user_id,
        run->>'parent_run_id', run->>'status', ordinal - 1, run, (run->>'created_at')::bigint,
        (item->>'updated_at')::bigint
      FROM created JOIN given USING (session_id),
        jsonb_array_elements(runs) WITH ORDINALITY AS list(item, ordinal), LATERAL (SELECT item->'run' AS run) stored
      ON CONFLICT (run_id) DO NOTHING`;
}
