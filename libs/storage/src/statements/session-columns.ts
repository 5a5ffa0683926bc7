import type { StoredSession } from '@agno/contract';

/** The select list of a StoredSession. */
export const SESSION_COLUMNS: readonly (keyof StoredSession)[] = [
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

/** Those that the runs of a session are listed by. Its data may be many times as long as its runs. */
export const RUN_LIST_COLUMNS: readonly (keyof StoredSession)[] = [
  'session_id',
  'session_type',
  'agent_id',
  'team_id',
  'workflow_id',
  'agent_data',
];
