import type { Run, StoredSession } from '@session-service/contract';
import type { RawJson } from '@session-service/json';
import type { StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { isJsonText, jsonTextFlag } from './json-columns.js';
import { runStores } from './run-stores.js';
import { SESSION_CONDITION } from './session-filter.js';
import { VERSION_COLUMNS, type VersionedRow, versionColumns } from './session-version.sql.js';

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

/** Columns that messages and pages of runs need. */
export const MESSAGE_COLUMNS: readonly (keyof StoredSession)[] = [...RUN_LIST_COLUMNS, 'created_at'];

/** A row of `withRuns` without its null columns: the first row is the session, each further row one of its runs. */
export interface SessionOrRun extends Partial<StoredSession>, VersionedRow {
  /** The run as JSON; absent in the first row, which is the session. */
  readonly run?: RawJson;
  /** Members of the run, parsed once: the detail of a session without a name reads its runs twice. */
  members?: Run;
}

/** Members of each run to read: all, those that the detail of a session shows, or those that a preview shows, also with metrics. */
export type RunDetail = 'whole' | 'detail' | 'preview' | 'measured-preview';

/** Members that the messages of a session show: without or with the runs inside of the run. */
export type MessageDetail = 'messages' | 'members';

/** As `RunDetail` or `MessageDetail`; `none`: no members at all. */
type AnyDetail = RunDetail | MessageDetail | 'none';

/** Members of a run that the detail of a session never shows; they make up most of its size. */
const OMITTED_IN_DETAIL =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'step_executor_runs,session_state,metrics,images,videos,audio,files,response_audio,content,reasoning_content';

/** Members of a run that a preview never shows, metrics apart. */
const OMITTED_IN_PREVIEW =
  'events,tools,member_responses,additional_input,reasoning_messages,reasoning_steps,references,step_results,' +
  'session_state,images,videos,audio,files,response_audio,reasoning_content';

/** Members of a run that messages never show. */
const OMITTED_IN_MESSAGES =
  'events,additional_input,reasoning_messages,reasoning_steps,references,step_results,session_state,metrics';

const EMBEDDED_RUNS = 'member_responses,step_executor_runs,workflow_agent_run';

/** `stored || '{}'` decompresses the value once. It turns values other than objects into arrays, which are skipped. */
const RUN_EXPRESSIONS: Record<AnyDetail, string> = {
  none: 'NULL',
  whole: 'stored',
  detail: `(stored || '{}') - '{${OMITTED_IN_DETAIL}}'::text[]`,
  preview: withoutMembers(`${OMITTED_IN_PREVIEW},metrics`),
  'measured-preview': withoutMembers(OMITTED_IN_PREVIEW),
  messages: `(stored || '{}') - '{${OMITTED_IN_MESSAGES},${EMBEDDED_RUNS}}'::text[]`,
  members: `(stored || '{}') - '{${OMITTED_IN_MESSAGES}}'::text[]`,
};

/** A preview needs the messages only when the run has no stored input. */
function withoutMembers(omitted: string): string {
  return `object - CASE WHEN object #>> '{input,input_content}' IS NULL THEN '{${omitted}}'::text[]
        ELSE '{${omitted},messages,step_executor_runs}'::text[] END`;
}

const COLUMNS: Record<AnyDetail, readonly (keyof StoredSession)[]> = {
  none: ['session_id'],
  whole: RUN_LIST_COLUMNS,
  detail: SESSION_COLUMNS,
  preview: RUN_LIST_COLUMNS,
  'measured-preview': RUN_LIST_COLUMNS,
  messages: MESSAGE_COLUMNS,
  members: MESSAGE_COLUMNS,
};

/** Runs that a statement selects instead of all, and further columns. */
export interface SelectedRuns {
  /** FROM clauses with the columns `stored` and those of `columns`; by default those of all runs. */
  readonly sources?: readonly string[];
  /** Further columns, with their values in the row of the session and in those of the runs. */
  readonly columns: readonly { readonly name: string; readonly session: string; readonly run: string }[];
}

/**
 * Selects the session in the CTE `source`, then its runs in order, as rows of one statement and one snapshot. Rows cost
 * PostgreSQL half as much as an aggregated text, which could exceed the size limit of a text or a JavaScript string.
 */
export function withRuns(
  statements: StatementCache,
  source: string,
  detail: AnyDetail,
  { sources = runSources(statements, source), columns: further }: SelectedRuns = { columns: [] },
): string {
  const { layout, tables } = statements;
  const columns = COLUMNS[detail];
  const upgraded = layout.hasRunsTable ? [] : [`${tableExists(tables.runs)} AS upgraded`];
  const jsonText = jsonTextFlag(statements);
  const ofSession = further.map(({ name, session }) => `${session} AS ${name}`);
  const session = `SELECT ${[...columns, 'NULL AS run', ...upgraded, ...jsonText, ...ofSession].join(', ')} FROM ${source}`;
  const nulls = columns.map(() => 'NULL').join(', ');
  const ofRun = further.map(({ run }) => `, ${run}`).join('');
  const isPreview = detail === 'preview' || detail === 'measured-preview';
  const stored = `${isPreview ? "stored || '{}' AS object" : 'stored'}${ofRun}`;
  const suffix = [...upgraded.map(() => ', NULL'), ...jsonText.map(() => ", 't'"), ofRun].join('');
  const rowsOf = (runs: string) =>
    `(SELECT ${nulls}, ${RUN_EXPRESSIONS[detail]}${suffix} FROM (SELECT ${stored} FROM ${runs} OFFSET 0) ordered)`;
  // Runs of a json column are read whole: to remove members, they would have to be cast.
  const textRowsOf = (runs: string) => `(SELECT ${nulls}, stored::text${suffix} FROM ${runs})`;
  const runRows = isJsonText(statements, 'runs') ? textRowsOf : rowsOf;
  return [session, ...sources.map(runRows)].join(' UNION ALL ');
}

/** FROM clauses with a column `stored` for the runs of a session, in AgentOS's order. */
function runSources(statements: StatementCache, source: string): string[] {
  return runStores(statements, source).map(
    ({ from, condition, stored, order }) =>
      `(SELECT ${stored} AS stored FROM ${source} s, ${from} WHERE ${condition} ORDER BY ${order.join(', ')}) of_store`,
  );
}

/** The session from the first row of `withRuns`. Columns that were not selected are null. */
export function sessionOf(row: SessionOrRun): StoredSession {
  return { ...NO_COLUMNS, ...row };
}

const NO_COLUMNS = Object.fromEntries(SESSION_COLUMNS.map((column) => [column, null])) as unknown as StoredSession;

/**
 * Selects one session with its runs. $1 and $2: `sessionParameters`.
 *
 * @param isVersioned the session's row has `versionColumns` as well
 */
export function readSession(detail: RunDetail, isVersioned = false) {
  return (statements: StatementCache): string => {
    const version = isVersioned ? `, ${versionColumns(statements, 'runs')}` : '';
    const found = `SELECT *${version} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}`;
    return `WITH found AS (${found}) ${withRuns(statements, 'found', detail, { columns: isVersioned ? OF_VERSION : [] })}`;
  };
}

/** The columns of `versionColumns`, which only the session's row has. */
export const OF_VERSION = VERSION_COLUMNS.map((name) => ({ name, session: name, run: 'NULL' }));

/** Selects one session with its version, without its runs, which are not read at all. $1 and $2: `sessionParameters`. */
export function readSessionRow(statements: StatementCache): string {
  const columns = [...SESSION_COLUMNS, versionColumns(statements, 'session'), ...jsonTextFlag(statements)].join(', ');
  return `SELECT ${columns} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}`;
}

/** Returns a row if the session exists. $1 and $2: `sessionParameters`. */
export function findSession({ tables }: StatementCache): string {
  return `SELECT s.session_id FROM ${tables.sessions} s WHERE ${SESSION_CONDITION}`;
}
