export type SessionType = 'agent' | 'team' | 'workflow';

export const SESSION_TYPES: readonly SessionType[] = ['agent', 'team', 'workflow'];

interface TypeTraits {
  readonly session_type: string | null;
  readonly agent_id: string | null;
  readonly team_id: string | null;
  readonly workflow_id: string | null;
}

/** The type a row counts as in lists: the stored one, or, where that is empty, the first component it has an id of. */
export function listedType(row: TypeTraits): string {
  if (row.session_type) return row.session_type;
  if (row.agent_id) return 'agent';
  if (row.team_id) return 'team';
  return row.workflow_id ? 'workflow' : 'agent';
}

/** As `listedType`, but a stored type that AgentOS does not know is read as an agent session. */
export function effectiveType(row: TypeTraits): SessionType {
  const type = listedType(row);
  return SESSION_TYPES.find((known) => known === type) ?? 'agent';
}
