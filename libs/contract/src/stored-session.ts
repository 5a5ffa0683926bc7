import type { RawJson, Steps } from '@session-service/json';

/** A row of the sessions table without runs. JSON columns are JSON text; timestamps are unix seconds as digits. */
export interface StoredSession {
  readonly session_id: string;
  readonly session_type: string | null;
  readonly agent_id: string | null;
  readonly team_id: string | null;
  readonly workflow_id: string | null;
  readonly user_id: string | null;
  readonly session_data: RawJson | null;
  readonly agent_data: RawJson | null;
  readonly team_data: RawJson | null;
  readonly workflow_data: RawJson | null;
  readonly metadata: RawJson | null;
  readonly summary: RawJson | null;
  readonly created_at: RawJson | null;
  readonly updated_at: RawJson | null;
}

/** What a list shows of a session: no runs, and of the component's data only what labels it. */
export interface ListedSession extends Omit<StoredSession, 'agent_data' | 'team_data' | 'workflow_data'> {
  /** `agent_data.sdk` and `agent_data.framework`: which SDK an external agent was built with. */
  readonly sdk: RawJson | null;
  readonly framework: RawJson | null;
  /** Whether the session has no stored name and a run that names it. */
  readonly title_found: 't' | 'f';
  /**
   * The content of that run's first user message: a string (long ones cut after more characters than a title shows; of
   * several parts the texts joined), JSON null, or `true` for any other content.
   */
  readonly title_message: RawJson | null;
  /** The input of that run when it has no such message. A string, or the beginning of any other JSON text. */
  readonly title_input: RawJson | null;
  /** `workflow_data.name`, for the title of a workflow session without a printable input; cut like `title_input`. */
  readonly workflow_name: RawJson | null;
}

/** The members of a stored run that responses look at. */
export type Run = ReadonlyMap<string, RawJson>;

/** The runs of a session in order. Those of a large session arrive while they are read. */
export interface RunSource {
  /** The next run, undefined behind the last. Waits where it has not arrived. */
  next(): Steps<Run | undefined>;
  /** Begins again at the first run, for the last time. Has to be called once where a session's detail is written. */
  rewind(): Steps<void>;
}

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
