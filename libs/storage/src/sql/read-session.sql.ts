import type { RunSource, StoredSession } from '@session-service/contract';
import type { Rows } from '@session-service/database';
import { kindOf, type RawJson, type Steps } from '@session-service/json';
import type { StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';

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

/** A row of `withRuns`, without its nulls: the first is the session, each further one a run of it. */
export interface SessionOrRun extends Partial<StoredSession> {
  /** Absent in the row of the session. */
  readonly run?: RawJson;
  /** Tells that a runs table came into being since the layout was read: the database was upgraded. */
  readonly upgraded?: 't' | 'f';
}

/** How much of each run is read: what the detail of its session shows, what a preview shows, or all. */
export type RunDetail = 'whole' | 'detail' | 'preview';

/** Members of a run that no session detail shows; they hold most of its bytes. */
const OMITTED_IN_DETAIL =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'step_executor_runs,session_state,metrics,images,videos,audio,files,response_audio,content,reasoning_content';

/** Members of a run that no preview shows. */
const OMITTED_IN_PREVIEW =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'session_state,metrics,images,videos,audio,files,response_audio,reasoning_content';

/** `stored || '{}'` reads the value once and leaves an object as it is; what is none becomes an array, which is no run. */
const RUN_EXPRESSIONS: Record<RunDetail, string> = {
  whole: 'stored',
  detail: `(stored || '{}') - '{${OMITTED_IN_DETAIL}}'::text[]`,
  // A preview looks into the messages only for the input of a run that has none of its own.
  preview: `object - CASE WHEN object #>> '{input,input_content}' IS NULL THEN '{${OMITTED_IN_PREVIEW}}'::text[]
        ELSE '{${OMITTED_IN_PREVIEW},messages,step_executor_runs}'::text[] END`,
};

/**
 * Selects the session that `source` (a CTE of session rows) holds, then its runs in order, as rows of one statement and one
 * snapshot. A row for each run costs PostgreSQL half of what one text of all of them would, and no text can outgrow
 * what a server or this process can hold in one piece.
 */
export function withRuns(book: StatementCache, source: string, detail: RunDetail): string {
  const { layout, tables } = book;
  const columns = detail === 'detail' ? SESSION_COLUMNS : RUN_LIST_COLUMNS;
  const upgraded = layout.hasRunsTable ? [] : [`${tableExists(tables.runs)} AS upgraded`];
  const session = `SELECT ${[...columns, 'NULL AS run', ...upgraded].join(', ')} FROM ${source}`;
  const nulls = columns.map(() => 'NULL').join(', ');
  const stored = detail === 'preview' ? "stored || '{}' AS object" : 'stored';
  const rowsOf = (runs: string) =>
    `(SELECT ${nulls}, ${RUN_EXPRESSIONS[detail]}${upgraded.map(() => ', NULL').join('')} FROM (SELECT ${stored} FROM ${runs} OFFSET 0) ordered)`;
  return [session, ...runSources(book, source).map(rowsOf)].join(' UNION ALL ');
}

/**
 * The runs of a session in the order in which AgentOS merges them, as FROM clauses whose column is `stored`: the entries of the
 * legacy column, each replaced by the table's run of the same id, then the table's other runs. Entries without an id vanish;
 * where there are entries, so do runs without one.
 */
function runSources({ layout, tables }: StatementCache, source: string): string[] {
  const entries = `${source} s, jsonb_array_elements(CASE jsonb_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END)
      WITH ORDINALITY AS element(entry, place) WHERE jsonb_typeof(entry) = 'object' AND entry->>'run_id' IS NOT NULL`;
  const inTable = (condition: string) =>
    `(SELECT r.run_data AS stored FROM ${source} s JOIN ${tables.runs} r USING (session_id) WHERE ${condition}
      ORDER BY r.run_index, r.created_at, r.run_id) of_table`;
  const inColumn = (stored: string) => `(SELECT ${stored} AS stored FROM ${entries} ORDER BY place) of_column`;
  if (!layout.hasRunsColumn) return layout.hasRunsTable ? [inTable('true')] : [];
  if (!layout.hasRunsTable) return [inColumn('entry')];
  const copy = `(SELECT c.run_data FROM ${tables.runs} c WHERE c.session_id = s.session_id
      AND c.run_id = entry->>'run_id' AND c.run_data->'run_id' = entry->'run_id')`;
  const isInColumn = `(r.run_id, r.run_data->'run_id') IN (SELECT entry->>'run_id', entry->'run_id' FROM ${entries})`;
  // Most sessions have no entries: then nothing is looked for.
  const hasEntries = `(SELECT jsonb_typeof(runs) = 'array' AND runs <> '[]' FROM ${source})`;
  return [
    inColumn(`coalesce(${copy}, entry)`),
    inTable(`${hasEntries} IS NOT TRUE OR (r.run_data->>'run_id' IS NOT NULL AND NOT ${isInColumn})`),
  ];
}

/**
 * The runs of a session from the rows of `withRuns`, behind its first. `errorOf` tells what an error means that comes while
 * rows arrive.
 */
export class StoredRuns implements RunSource {
  constructor(
    private readonly rows: Rows<SessionOrRun>,
    private readonly errorOf: (error: unknown) => unknown = (error) => error,
  ) {}

  *next(): Steps<RawJson | undefined> {
    for (;;) {
      const row = this.rows.take();
      if (row === undefined) {
        if (this.rows.isOver) return undefined;
        yield this.waitFor(this.rows.more());
      } else if (row.run !== undefined && kindOf(row.run) === 'object') return row.run;
    }
  }

  *rewind(): Steps<void> {
    const rewinding = this.rows.rewind();
    if (rewinding !== undefined) yield this.waitFor(rewinding);
  }

  private async waitFor(rows: Promise<void>): Promise<void> {
    try {
      await rows;
    } catch (error) {
      throw this.errorOf(error);
    }
  }
}

/** The session in the first row of `withRuns`. Columns that were not read are null. */
export function sessionOf(row: SessionOrRun): StoredSession {
  return Object.fromEntries(SESSION_COLUMNS.map((column) => [column, row[column] ?? null])) as unknown as StoredSession;
}

/** One session with its runs. $1 session id, $2 owner or null for anybody's. */
export function readSession(detail: RunDetail) {
  return (book: StatementCache): string =>
    `WITH found AS (SELECT * FROM ${book.tables.sessions} s
      WHERE s.session_id = $1 AND ($2::text IS NULL OR s.user_id = $2)) ${withRuns(book, 'found', detail)}`;
}

/** A row if a user has a session. $1 session id, $2 owner. */
export function findOwnedSession({ tables }: StatementCache): string {
  return `SELECT s.session_id FROM ${tables.sessions} s WHERE s.session_id = $1 AND s.user_id = $2`;
}
