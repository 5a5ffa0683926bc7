import { type Run, type RunSource, runOf, type StoredSession } from '@session-service/contract';
import type { Rows } from '@session-service/database';
import { kindOf, type RawJson, type Steps } from '@session-service/json';
import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { pythonRow } from '../python-row.js';
import { tableExists } from '../table-names.js';
import { isJsonText, JSON_ENTRIES, jsonTextFlag } from './json-columns.js';
import { SESSION_CONDITION } from './session-filter.js';

const SESSION_COLUMNS: readonly (keyof StoredSession)[] = [
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

/** Columns that a list of runs needs. session_data is not read, because it may be many times larger than the runs. */
const RUN_LIST_COLUMNS: readonly (keyof StoredSession)[] = [
  'session_id',
  'session_type',
  'agent_id',
  'team_id',
  'workflow_id',
  'agent_data',
];

/** A row of `withRuns` without its null columns: the first row is the session, each further row one of its runs. */
export interface SessionOrRun extends Partial<StoredSession>, LayoutCheckedRow {
  /** The run as JSON; absent in the first row, which is the session. */
  readonly run?: RawJson;
  /** Members of the run, parsed once: the detail of a session without a name reads its runs twice. */
  members?: Run;
}

/** Members of each run to read: all, those that the detail of a session shows, or those that a preview shows. */
export type RunDetail = 'whole' | 'detail' | 'preview';

/** Members of a run that the detail of a session never shows; they make up most of its size. */
const OMITTED_IN_DETAIL =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'step_executor_runs,session_state,metrics,images,videos,audio,files,response_audio,content,reasoning_content';

/** Members of a run that a preview never shows. */
const OMITTED_IN_PREVIEW =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'session_state,metrics,images,videos,audio,files,response_audio,reasoning_content';

/** `stored || '{}'` decompresses the value once. It turns values other than objects into arrays, which are skipped. */
const RUN_EXPRESSIONS: Record<RunDetail, string> = {
  whole: 'stored',
  detail: `(stored || '{}') - '{${OMITTED_IN_DETAIL}}'::text[]`,
  // A preview needs the messages only when the run has no stored input.
  preview: `object - CASE WHEN object #>> '{input,input_content}' IS NULL THEN '{${OMITTED_IN_PREVIEW}}'::text[]
        ELSE '{${OMITTED_IN_PREVIEW},messages,step_executor_runs}'::text[] END`,
};

/**
 * Selects the session in the CTE `source`, then its runs in order, as rows of one statement and one snapshot. Rows cost
 * PostgreSQL half as much as an aggregated text, which could exceed the size limit of a text or a JavaScript string.
 */
export function withRuns(statements: StatementCache, source: string, detail: RunDetail): string {
  const { layout, tables } = statements;
  const columns = detail === 'detail' ? SESSION_COLUMNS : RUN_LIST_COLUMNS;
  const upgraded = layout.hasRunsTable ? [] : [`${tableExists(tables.runs)} AS upgraded`];
  const jsonText = jsonTextFlag(statements);
  const session = `SELECT ${[...columns, 'NULL AS run', ...upgraded, ...jsonText].join(', ')} FROM ${source}`;
  const nulls = columns.map(() => 'NULL').join(', ');
  const stored = detail === 'preview' ? "stored || '{}' AS object" : 'stored';
  const suffix = [...upgraded.map(() => ', NULL'), ...jsonText.map(() => ", 't'")].join('');
  const rowsOf = (runs: string) =>
    `(SELECT ${nulls}, ${RUN_EXPRESSIONS[detail]}${suffix} FROM (SELECT ${stored} FROM ${runs} OFFSET 0) ordered)`;
  // Runs of a json column are read whole: to remove members, they would have to be cast.
  const textRowsOf = (runs: string) => `(SELECT ${nulls}, stored::text${suffix} FROM ${runs})`;
  const runRows = isJsonText(statements, 'runs') ? textRowsOf : rowsOf;
  return [session, ...runSources(statements, source).map(runRows)].join(' UNION ALL ');
}

/**
 * FROM clauses with a column `stored` for the runs of a session, in AgentOS's order: first the entries of the legacy column,
 * each replaced by the runs table's run of the same id, then the other runs of the table. Skips entries without an id, and
 * table runs without one if the column has entries.
 */
function runSources(statements: StatementCache, source: string): string[] {
  const { layout, tables } = statements;
  const isJson = isJsonText(statements, 'runs');
  const elements = isJson
    ? JSON_ENTRIES
    : `jsonb_array_elements(CASE jsonb_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END)
      WITH ORDINALITY AS element(entry, ordinal)`;
  const entries = `${source} s, ${elements} WHERE jsonb_typeof(entry) = 'object' AND entry->>'run_id' IS NOT NULL`;
  const inTable = (condition: string) =>
    `(SELECT r.run_data AS stored FROM ${source} s JOIN ${tables.runs} r USING (session_id) WHERE ${condition}
      ORDER BY r.run_index, r.created_at, r.run_id) of_table`;
  const inColumn = (stored: string) => `(SELECT ${stored} AS stored FROM ${entries} ORDER BY ordinal) of_column`;
  if (!layout.hasRunsColumn) return layout.hasRunsTable ? [inTable('true')] : [];
  if (!layout.hasRunsTable) return [inColumn(isJson ? 'item' : 'entry')];
  const copy = `(SELECT c.run_data FROM ${tables.runs} c WHERE c.session_id = s.session_id
      AND c.run_id = entry->>'run_id' AND c.run_data->'run_id' = entry->'run_id')`;
  const isInColumn = `(r.run_id, r.run_data->'run_id') IN (SELECT entry->>'run_id', entry->'run_id' FROM ${entries})`;
  // Most sessions have no entries; this condition then saves a lookup per run.
  const hasEntries = isJson
    ? `(SELECT CASE json_typeof(runs) WHEN 'array' THEN json_array_length(runs) > 0 END FROM ${source})`
    : `(SELECT jsonb_typeof(runs) = 'array' AND runs <> '[]' FROM ${source})`;
  return [
    inColumn(isJson ? `coalesce(${copy}::text, item::text)` : `coalesce(${copy}, entry)`),
    inTable(`${hasEntries} IS NOT TRUE OR (r.run_data->>'run_id' IS NOT NULL AND NOT ${isInColumn})`),
  ];
}

/** The runs from the rows of `withRuns` after the session's row. `translateError` maps errors that occur while rows arrive. */
export class StoredRuns implements RunSource {
  constructor(
    private readonly rows: Rows<SessionOrRun>,
    private readonly translateError: (error: unknown) => unknown = (error) => error,
  ) {}

  *next(): Steps<Run | undefined> {
    for (;;) {
      const row = this.rows.take();
      if (row === undefined) {
        if (this.rows.isOver) return undefined;
        yield this.waitFor(this.rows.more());
      } else if (row.run !== undefined && kindOf(row.run) === 'object') {
        if (row.members === undefined) {
          const { run } = row.json_text === undefined ? row : yield* pythonRow(row);
          row.members = runOf(run ?? row.run);
        }
        return row.members;
      }
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
      throw this.translateError(error);
    }
  }
}

/** The session from the first row of `withRuns`. Columns that were not selected are null. */
export function sessionOf(row: SessionOrRun): StoredSession {
  return { ...NO_COLUMNS, ...row };
}

const NO_COLUMNS = Object.fromEntries(SESSION_COLUMNS.map((column) => [column, null])) as unknown as StoredSession;

/** Selects one session with its runs. $1 and $2: `sessionParameters`. */
export function readSession(detail: RunDetail) {
  return (statements: StatementCache): string =>
    `WITH found AS (SELECT * FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}) ${withRuns(statements, 'found', detail)}`;
}

/** Selects one session without its runs, which are not read at all. $1 and $2: `sessionParameters`. */
export function readSessionRow(statements: StatementCache): string {
  const columns = [...SESSION_COLUMNS, ...jsonTextFlag(statements)].join(', ');
  return `SELECT ${columns} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}`;
}

/** Returns a row if the session exists. $1 and $2: `sessionParameters`. */
export function findSession({ tables }: StatementCache): string {
  return `SELECT s.session_id FROM ${tables.sessions} s WHERE ${SESSION_CONDITION}`;
}
