import type { StoredSession } from '@agno/contract';

const NAMES: readonly (keyof StoredSession)[] = [
  'session_id',
  'session_type',
  'agent_id',
  'team_id',
  'workflow_id',
  'user_id',
  'session_data',
  'agent_data',
  'team_data',
  'workflow_data',
  'metadata',
  'summary',
  'created_at',
  'updated_at',
];

/** The select list of a StoredSession, read from the table or row called `source`. */
export function sessionColumns(source: string): string {
  return NAMES.map((name) => `${source}.${name}`).join(', ');
}
