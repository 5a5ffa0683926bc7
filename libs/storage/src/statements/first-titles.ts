import type { RawJson } from '@agno/contract';
import type { StatementBook } from '../statement-book.js';

/** What names an unnamed session: its first user message, or the input of the run that comes first. */
export interface TitleRow {
  readonly session_id: string;
  /** The content of the first user message that has one. */
  readonly message: RawJson | null;
  /** The `input` of the same run; what counts when there is no such message. */
  readonly input: RawJson | null;
}

/** A message of role user whose content Python calls true. */
const SPOKEN = `(@.role == "user" && (
  @.content.type() == "string" && @.content != "" || @.content.type() == "array" && @.content.size() > 0 ||
  @.content.type() == "object" || @.content.type() == "number" && @.content != 0 || @.content == true))`;

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
 * The titles of unnamed sessions. $1 session ids; $2 their types, in the same order.
 * A run is looked into only when no earlier run of its session had a title (OFFSET 0 keeps the planner from looking
 * into all of them first), so a list reads one run per unnamed session, and only of those on its page. `#> '{}'` fetches
 * and decompresses a large run once for both questions.
 */
export function firstTitles(book: StatementBook): string {
  const { tables, layout } = book;
  const inTable = `SELECT run_data AS stored FROM ${tables.runs} r WHERE r.session_id = u.session_id
      AND (u.type <> 'team' OR coalesce(r.agent_id, '') = '') ORDER BY run_index, created_at OFFSET 0`;
  const inColumn = `SELECT ${layout.hasRunsTable ? tableCopy(tables.runs) : 'entry'} AS stored
      FROM ${tables.sessions} s, ${layout.hasRunsTable ? everyEntry : firstTitledEntry}
      WHERE s.session_id = u.session_id AND (u.type <> 'team' OR coalesce(entry->>'agent_id', '') = '') OFFSET 0`;
  const sources = [...(layout.hasRunsColumn ? [inColumn] : []), ...(layout.hasRunsTable ? [inTable] : [])];
  const runs = sources.map((source) => `(${source})`).join(' UNION ALL ');
  return `SELECT u.session_id, t.message, t.input FROM unnest($1::text[], $2::text[]) AS u(session_id, type),
    LATERAL (SELECT message, input FROM (${runs}) ordered,
      LATERAL (SELECT stored #> '{}' AS run OFFSET 0) fetched,
      LATERAL (SELECT CASE WHEN u.type <> 'workflow' THEN ${FIRST_MESSAGE} END AS message, run->'input' AS input OFFSET 0) looked
      WHERE u.type = 'workflow' OR message IS NOT NULL OR coalesce(input, 'null') <> 'null' LIMIT 1) t`;
}

/** A run that stands in both places is shown as the table has it. */
function tableCopy(runs: string): string {
  return `coalesce((SELECT c.run_data FROM ${runs} c WHERE c.session_id = s.session_id AND c.run_id = entry->>'run_id'), entry)`;
}
