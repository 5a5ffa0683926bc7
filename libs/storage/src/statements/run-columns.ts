import type { RawJson } from '@agno/contract';
import type { StatementBook } from '../statement-book.js';
import { exists } from '../tables.js';

/** What a statement reads of a session's runs; `mergeRuns` makes one list of both. */
export interface RunColumns {
  /** A JSON array of the runs table's rows in order, null without any. */
  readonly table_runs: RawJson | null;
  /** The legacy `runs` column as it is. */
  readonly legacy_runs: RawJson | null;
  /** Tells that a runs table came into being since the layout was read: the database was upgraded. */
  readonly upgraded?: 't' | 'f';
}

/** Members of a run that no session detail shows; they hold most of its bytes. */
const UNSEEN_IN_DETAIL =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'step_executor_runs,session_state,metrics,images,videos,audio,files,response_audio,content,reasoning_content';

/** Members of a run that no preview shows. */
const UNSEEN_IN_PREVIEW =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'session_state,metrics,images,videos,audio,files,response_audio,reasoning_content';

export type RunDetail = 'whole' | 'detail' | 'preview';

/** The select list of RunColumns for the session whose row is called `source`. */
export function runColumns(book: StatementBook, source: string, detail: RunDetail): string {
  const { layout, tables } = book;
  const legacy = layout.hasRunsColumn ? `${source}.runs` : 'NULL';
  if (!layout.hasRunsTable) return `NULL AS table_runs, ${legacy} AS legacy_runs, ${exists(tables.runs)} AS upgraded`;
  return `(SELECT '[' || string_agg(${RUN_TEXTS[detail]}, ',' ORDER BY run_index, created_at, run_id) || ']'
      FROM ${tables.runs} WHERE session_id = ${source}.session_id) AS table_runs, ${legacy} AS legacy_runs`;
}

/** One pass over the stored value drops the bulk before it is printed, sent and read. */
const RUN_TEXTS: Record<RunDetail, string> = {
  whole: 'run_data::text',
  detail: without(`'{${UNSEEN_IN_DETAIL}}'::text[]`),
  // A preview looks into the messages only for the input of a run that has none of its own.
  preview: without(`CASE WHEN run_data #>> '{input,input_content}' IS NULL THEN '{${UNSEEN_IN_PREVIEW}}'::text[]
        ELSE '{${UNSEEN_IN_PREVIEW},messages,step_executor_runs}'::text[] END`),
};

function without(members: string): string {
  return `CASE jsonb_typeof(run_data) WHEN 'object' THEN run_data - ${members} ELSE run_data END::text`;
}
