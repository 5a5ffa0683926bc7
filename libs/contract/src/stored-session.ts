import type { RawJson, Steps } from '@session-service/json';

/** A row of the sessions table, without its runs. Timestamps are Unix seconds. */
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

/** The session columns that a list needs: of the component's data only the SDK label and the workflow name. */
export interface ListedSession extends Omit<StoredSession, 'agent_data' | 'team_data' | 'workflow_data'> {
  /** `agent_data.sdk` and `agent_data.framework`: the SDK of an external agent. */
  readonly sdk: RawJson | null;
  readonly framework: RawJson | null;
  /** 't' when the session has no stored name, but a run from which its title derives. */
  readonly title_found: 't' | 'f';
  /**
   * The content of that run's first user message that has any, else of the first message of an input that is a list
   * of messages: a string (text parts are joined; text longer than a title is cut), JSON null, or `true` for any other
   * content. SQL NULL if there is neither.
   */
  readonly title_message: RawJson | null;
  /** The input of that run when it has no user message: a string, or the start of any other JSON text. */
  readonly title_input: RawJson | null;
  /** `workflow_data.name`, for the title of a workflow session without printable input; cut like `title_input`. */
  readonly workflow_name: RawJson | null;
}

/** The members of a stored run that responses use. */
export type Run = ReadonlyMap<string, RawJson>;

/** The runs of a session in order. The runs of a large session are loaded in parts while they are read. */
export interface RunSource {
  /** Returns the next run, or undefined after the last. Waits until it is loaded. */
  next(): Steps<Run | undefined>;
  /** Restarts at the first run. May be called once. Session details call it to read the runs for the chat history. */
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

/** The type that lists show: the stored type or, when that is empty, the type of the first component id that is set. */
export function listedType(row: TypeTraits): string {
  if (row.session_type) return row.session_type;
  if (row.agent_id) return 'agent';
  if (row.team_id) return 'team';
  return row.workflow_id ? 'workflow' : 'agent';
}

/** As `listedType`, but a session with an unknown stored type counts as an agent session. */
export function effectiveType(row: TypeTraits): SessionType {
  const type = listedType(row);
  return SESSION_TYPES.find((known) => known === type) ?? 'agent';
}
