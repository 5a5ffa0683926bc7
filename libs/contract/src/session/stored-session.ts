import type { RawJson } from '@agno/json';

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
