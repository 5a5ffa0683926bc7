import type { Database, Deadline, TableNames } from '@session-service/database';
import { LayoutDetector } from './layout-detector.js';
import { importSessions } from './sql/import-sessions.sql.js';

/** A row of the sessions table with its runs. Absent members are stored as agno stores them. */
export interface ImportedSession {
  readonly session_id: string;
  readonly session_type: string;
  readonly agent_id?: string;
  readonly team_id?: string;
  readonly workflow_id?: string;
  readonly user_id: string | null;
  readonly session_data: object | null;
  readonly agent_data?: object;
  readonly team_data?: object;
  readonly workflow_data?: object;
  readonly metadata: object | null;
  readonly summary: object | null;
  /** Unix seconds. */
  readonly created_at: number;
  readonly updated_at: number;
  /** In their order, each in the form in which AgentOS stores it, with the Unix seconds of its last change. */
  readonly runs: readonly { readonly run: object; readonly updated_at: number }[];
}

/** Stores whole sessions with their times, which clients of the API cannot set. */
export class SessionImport {
  private readonly layout: LayoutDetector;

  constructor(
    private readonly database: Database,
    names: TableNames,
  ) {
    this.layout = new LayoutDetector(database, names);
  }

  /** Stores the sessions in one statement. Those whose id is taken stay unchanged. Creates missing tables. */
  async store(sessions: readonly ImportedSession[], deadline: Deadline): Promise<void> {
    await this.layout.withTables(deadline, true, (statements) =>
      this.database.query(statements.get('import', importSessions), [JSON.stringify(sessions)], deadline),
    );
  }
}
