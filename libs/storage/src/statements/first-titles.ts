import type { RawJson } from '@agno/json';
import type { StatementBook } from '../statement-book.js';

/** What names an unnamed session: its first user message, or the input of the run that comes first. */
export interface TitleRow {
  readonly session_id: string;
  /** The row that gives the title is the one whose version was passed in; nothing else is told then. */
  readonly unchanged: 't' | 'f' | null;
  /** There is a run that names the session. */
  readonly found: 't' | 'f';
  /** Version of the row that gives the title, if the first run does; another version means that it may have changed. */
  readonly version: string | null;
  /** The content of the first user message that has one. */
  readonly message: RawJson | null;
  /** The `input` of the same run; what counts when there is no such message. */
  readonly input: RawJson | null;
}

/** A message of role user whose content Python calls true. */
const SPOKEN = `(@.role == "user" && (
  @.content.type() == "string" && @.content != "" || @.content.type() == "array" && @.content.size() > 0 ||
  @.content.type() == "object" && exists (@.content.*) || @.content.type() == "number" && @.content != 0 || @.content == true))`;

const FIRST_MESSAGE = `jsonb_path_query_first(run, '$.messages[*] ? ${SPOKEN}')->'content'`;

const HAS_ID = 'exists (@.run_id ? (@ != null))';
const OF_NO_AGENT = '(!exists (@.agent_id) || @.agent_id == null || @.agent_id == "")';
const HAS_TITLE = `(exists (@.messages[*] ? ${SPOKEN}) || exists (@.input ? (@ != null)))`;

/** Entries of the legacy column, all of them: any may be replaced by the table's run of the same id. */
const everyEntry = `jsonb_path_query(s.runs, '$[*] ? (${HAS_ID})') entry`;

/** Without a runs table the server finds the entry that gives the title, and copies no other. */
const firstTitledEntry = `LATERAL (SELECT jsonb_path_query_first(s.runs, CASE u.type
      WHEN 'workflow' THEN '$[*] ? (${HAS_ID})'
      WHEN 'team' THEN '$[*] ? (${HAS_ID} && ${OF_NO_AGENT} && ${HAS_TITLE})'
      ELSE '$[*] ? (${HAS_ID} && ${HAS_TITLE})' END::jsonpath) AS entry OFFSET 0) found`;

/**
 * The titles of unnamed sessions. $1 session ids; $2 their types; $3 the versions known of them, or null.
 * A run is looked into only when its version is not the known one and no earlier run of its session had a title (OFFSET
 * 0 keeps the planner from looking into all of them first), so a list reads at most one run per unnamed session of its
 * page. `#> '{}'` fetches and decompresses a large run once for both questions.
 */
export function firstTitles(book: StatementBook): string {
  const { tables, layout } = book;
  const isTeams = (agentId: string) => `(u.type <> 'team' OR coalesce(${agentId}, '') = '')`;
  const ofSession = `r.session_id = u.session_id AND ${isTeams('r.agent_id')} ORDER BY run_index, created_at`;
  const isNews = layout.hasRunsColumn && layout.hasRunsTable ? 'true' : 'f.version IS DISTINCT FROM u.version';
  const inTable = `SELECT run_data AS stored, ${version('r')} AS version FROM ${tables.runs} r
      WHERE ${isNews} AND ${ofSession} OFFSET 0`;
  const inColumn = `SELECT ${layout.hasRunsTable ? tableCopy(tables.runs) : 'entry'} AS stored, ${version('s')} AS version
      FROM ${tables.sessions} s, ${layout.hasRunsTable ? everyEntry : firstTitledEntry}
      WHERE ${isNews} AND s.session_id = u.session_id AND ${isTeams("entry->>'agent_id'")} OFFSET 0`;
  const sources = [...(layout.hasRunsColumn ? [inColumn] : []), ...(layout.hasRunsTable ? [inTable] : [])];
  const runs = sources.map((source) => `(${source})`).join(' UNION ALL ');
  return `SELECT u.session_id, f.version = u.version AS unchanged, t.found IS NOT NULL AS found,
      CASE WHEN t.version = f.version THEN t.version END AS version, t.message, t.input
    FROM unnest($1::text[], $2::text[], $3::text[]) AS u(session_id, type, version)
    LEFT JOIN LATERAL (${currentVersion(book, ofSession)}) f ON true
    LEFT JOIN LATERAL (SELECT true AS found, ordered.version, message, input FROM (${runs}) ordered,
      LATERAL (SELECT stored #> '{}' AS run OFFSET 0) fetched,
      LATERAL (SELECT CASE WHEN u.type <> 'workflow' THEN ${FIRST_MESSAGE} END AS message, run->'input' AS input OFFSET 0) looked
      WHERE u.type = 'workflow' AND stored IS NOT NULL OR message IS NOT NULL OR coalesce(input, 'null') <> 'null' LIMIT 1) t ON true`;
}

/** The version of the one row that a title comes from; with runs in two places there is no such row. */
function currentVersion({ tables, layout }: StatementBook, ofSession: string): string {
  if (!layout.hasRunsColumn)
    return `SELECT ${version('r')} AS version FROM ${tables.runs} r WHERE ${ofSession} LIMIT 1`;
  if (layout.hasRunsTable) return 'SELECT NULL AS version WHERE false';
  return `SELECT ${version('s')} AS version FROM ${tables.sessions} s WHERE s.session_id = u.session_id`;
}

/** Changes with every update of the row: the transaction that wrote it and the place where it stands. */
function version(row: string): string {
  return `${row}.xmin::text || ${row}.ctid::text`;
}

/** A run that stands in both places is shown as the table has it. */
function tableCopy(runs: string): string {
  return `coalesce((SELECT c.run_data FROM ${runs} c WHERE c.session_id = s.session_id AND c.run_id = entry->>'run_id'), entry)`;
}
