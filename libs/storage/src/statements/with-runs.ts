import type { StoredSession } from '@agno/contract';
import type { RawJson } from '@agno/json';
import type { StatementBook } from '../statement-book.js';
import { exists } from '../tables.js';
import { OWNER_COLUMNS, SESSION_COLUMNS } from './session-columns.js';

/** A session and its runs as stored: the runs of the table in order, and the entries of the legacy column in theirs. */
export interface SessionWithRuns {
  readonly session: StoredSession;
  readonly tableRuns: readonly RawJson[];
  readonly legacyRuns: readonly RawJson[];
}

/** A row of `withRuns`, without its nulls: the first is the session, each further one a run of it. */
export interface SessionOrRun extends Partial<StoredSession> {
  /** Where the run is kept; absent in the row of the session. */
  readonly source?: 'table' | 'legacy';
  readonly run?: RawJson;
  /** Tells that a runs table came into being since the layout was read: the database was upgraded. */
  readonly upgraded?: 't' | 'f';
}

/** How much of each run is read: what the detail of its session shows, what a preview shows, or all. */
export type RunDetail = 'whole' | 'detail' | 'preview';

/** Members of a run that no session detail shows; they hold most of its bytes. */
const UNSEEN_IN_DETAIL =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'step_executor_runs,session_state,metrics,images,videos,audio,files,response_audio,content,reasoning_content';

/** Members of a run that no preview shows. */
const UNSEEN_IN_PREVIEW =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'session_state,metrics,images,videos,audio,files,response_audio,reasoning_content';

/** `stored || '{}'` reads the value once and leaves an object as it is; what is none becomes an array, which is no run. */
const RUN_TEXTS: Record<RunDetail, string> = {
  whole: 'stored',
  detail: `(stored || '{}') - '{${UNSEEN_IN_DETAIL}}'::text[]`,
  // A preview looks into the messages only for the input of a run that has none of its own.
  preview: `object - CASE WHEN object #>> '{input,input_content}' IS NULL THEN '{${UNSEEN_IN_PREVIEW}}'::text[]
        ELSE '{${UNSEEN_IN_PREVIEW},messages,step_executor_runs}'::text[] END`,
};

/**
 * Selects the session that `source` (a CTE of session rows) holds, then its runs, as rows of one statement and one
 * snapshot. A row for each run costs PostgreSQL half of what one text of all of them would, and no text can outgrow
 * what a server or this process can hold in one piece.
 */
export function withRuns(book: StatementBook, source: string, detail: RunDetail): string {
  const { layout, tables } = book;
  const upgraded = layout.hasRunsTable ? [] : [`${exists(tables.runs)} AS upgraded`];
  const columns = detail === 'detail' ? SESSION_COLUMNS : OWNER_COLUMNS;
  const session = [...columns, 'NULL AS source', 'NULL AS run', ...upgraded];
  const parts = [`SELECT ${session.join(', ')} FROM ${source}`];
  const runs = (from: string, place: string, order: string) => {
    const nulls = columns.map(() => 'NULL').join(', ');
    return `(SELECT ${nulls}, '${place}', ${RUN_TEXTS[detail]}${upgraded.map(() => ', NULL').join('')}
      FROM (SELECT ${detail === 'preview' ? "stored || '{}' AS object" : 'stored'} FROM ${from} ORDER BY ${order} OFFSET 0) ordered)`;
  };
  if (layout.hasRunsTable) {
    const from = `${source} s JOIN ${tables.runs} r USING (session_id), LATERAL (SELECT r.run_data AS stored) run`;
    parts.push(runs(from, 'table', 'r.run_index, r.created_at, r.run_id'));
  }
  if (layout.hasRunsColumn) {
    const entries = `CASE jsonb_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END`;
    const from = `${source} s, jsonb_array_elements(${entries}) WITH ORDINALITY AS entry(stored, place)`;
    parts.push(runs(from, 'legacy', 'place'));
  }
  return parts.join(' UNION ALL ');
}

/** Takes the rows of `withRuns` apart; undefined when there is no session. Columns that were not read are null. */
export function sessionWithRuns([session, ...runs]: readonly SessionOrRun[]): SessionWithRuns | undefined {
  if (session === undefined) return undefined;
  const from = (place: SessionOrRun['source']) =>
    runs.flatMap(({ source, run }) => (source === place && run !== undefined ? [run] : []));
  const columns = Object.fromEntries(SESSION_COLUMNS.map((column) => [column, session[column] ?? null]));
  return { session: columns as unknown as StoredSession, tableRuns: from('table'), legacyRuns: from('legacy') };
}
