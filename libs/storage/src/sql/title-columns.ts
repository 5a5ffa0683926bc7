import { MAX_TITLE_LENGTH } from '@session-service/contract';
import type { StatementCache } from '../layout.js';

/**
 * SQL for the titles of unnamed sessions: what names a session is its first user message, or the input of the run that
 * comes first. The expressions are about a row `s` of the sessions table, with its `listedType` as `type` and its
 * session_data, fetched once, as `data`.
 */

/** A stored name wins even when it is empty; JSON null is none. */
export const IS_UNNAMED = "s.data->>'session_name' IS NULL";

/** `listedType` of the contract. */
export const LISTED_TYPE = `CASE WHEN session_type <> '' THEN session_type WHEN agent_id <> '' THEN 'agent'
      WHEN team_id <> '' THEN 'team' WHEN workflow_id <> '' THEN 'workflow' ELSE 'agent' END`;

/** One character more than a title shows, which tells that it was cut. */
const TITLE_CHARACTERS = MAX_TITLE_LENGTH + 1;

/**
 * Enough of a JSON text for a title in Python's spelling: at most six characters (`\u0001`) become one. Only of numbers with
 * hundreds of digits behind the point it may show less.
 */
const JSON_CHARACTERS = 65_536;

/** A JSON string, cut. */
function stringPrefix(json: string): string {
  return `to_jsonb(left(${json} #>> '{}', ${TITLE_CHARACTERS}))::text`;
}

/** A JSON text, cut: a string stays one, anything else may end anywhere. */
function jsonPrefix(json: string): string {
  return `CASE jsonb_typeof(${json}) WHEN 'string' THEN ${stringPrefix(json)} ELSE left((${json})::text, ${JSON_CHARACTERS}) END`;
}

/** The members of ListedSession that a title is made of. `title` is what `sessionTitle` selects. */
export const TITLE_COLUMNS = `title IS NOT NULL AS title_found, title[1] AS title_message, title[2] AS title_input,
      CASE WHEN type = 'workflow' AND title IS NOT NULL THEN ${jsonPrefix("(workflow_data->'name')")} END AS workflow_name`;

/** A message of role user whose content Python calls true. */
const HAS_USER_TEXT = `(@.role == "user" && (
  @.content.type() == "string" && @.content != "" || @.content.type() == "array" && @.content.size() > 0 ||
  @.content.type() == "object" && exists (@.content.*) || @.content.type() == "number" && @.content != 0 || @.content == true))`;

const FIRST_MESSAGE = `jsonb_path_query_first(run, '$.messages[*] ? ${HAS_USER_TEXT}')->'content'`;

/** The text parts of a message of several parts, joined by a space. */
const JOINED_PARTS = `(SELECT string_agg(CASE jsonb_typeof(part) WHEN 'string' THEN part #>> '{}'
        WHEN 'object' THEN CASE jsonb_typeof(part->'text') WHEN 'string' THEN part->>'text' END END, ' ' ORDER BY index)
        FROM jsonb_array_elements(message) WITH ORDINALITY AS parts(part, index))`;

/** Content of a message as ListedSession has it: a cut string, or what stands for content that names nothing. */
const MESSAGE_TEXT = `CASE jsonb_typeof(message) WHEN 'string' THEN ${stringPrefix('message')}
        WHEN 'array' THEN to_jsonb(left(coalesce(${JOINED_PARTS}, ''), ${TITLE_CHARACTERS}))::text ELSE 'true' END`;

/** An input that is a list of messages names the session by the content of its first one. */
const IS_MESSAGES = `jsonb_typeof(input) = 'array' AND input->0->'role' = '"user"' AND input->0->'content' IS NOT NULL`;
const INPUT_MESSAGE = `CASE jsonb_typeof(input->0->'content') WHEN 'string' THEN ${stringPrefix("(input->0->'content')")}
        WHEN 'null' THEN 'null' ELSE 'true' END`;

const HAS_ID = 'exists (@.run_id ? (@ != null))';
const OF_NO_AGENT = '(!exists (@.agent_id) || @.agent_id == null || @.agent_id == "")';
const HAS_TITLE = `(exists (@.messages[*] ? ${HAS_USER_TEXT}) || exists (@.input ? (@ != null)))`;

/** Entries of the legacy column, all of them: any may be replaced by the table's run of the same id. */
const EVERY_ENTRY = `jsonb_path_query(s.runs, '$[*] ? (${HAS_ID})') entry`;

/** Without a runs table the server finds the entry that gives the title, and copies no other. */
const FIRST_TITLED_ENTRY = `LATERAL (SELECT jsonb_path_query_first(s.runs, CASE s.type
      WHEN 'workflow' THEN '$[*] ? (${HAS_ID})'
      WHEN 'team' THEN '$[*] ? (${HAS_ID} && ${OF_NO_AGENT} && ${HAS_TITLE})'
      ELSE '$[*] ? (${HAS_ID} && ${HAS_TITLE})' END::jsonpath) AS entry OFFSET 0) found`;

/**
 * Selects what names the session `s` as `{message, input}`, two JSON texts (see `ListedSession`); NULL where no run does.
 * A run is looked into only when no earlier run of its session had a title: `OFFSET 0` keeps the planner from looking into
 * all of them before it sorts. `#> '{}'` fetches and decompresses a large run once for all questions; on runs of 5 KB
 * that is most of the statement's time.
 */
export function sessionTitle({ tables, layout }: StatementCache): string {
  const isTeams = (agentId: string) => `(s.type <> 'team' OR coalesce(${agentId}, '') = '')`;
  const inTable = `SELECT r.run_data AS stored FROM ${tables.runs} r
      WHERE r.session_id = s.session_id AND ${isTeams('r.agent_id')} ORDER BY r.run_index, r.created_at, r.run_id OFFSET 0`;
  const inColumn = `SELECT ${layout.hasRunsTable ? tableCopy(tables.runs) : 'entry'} AS stored
      FROM ${layout.hasRunsTable ? EVERY_ENTRY : FIRST_TITLED_ENTRY} WHERE ${isTeams("entry->>'agent_id'")} OFFSET 0`;
  const sources = [...(layout.hasRunsColumn ? [inColumn] : []), ...(layout.hasRunsTable ? [inTable] : [])];
  const runs = sources.map((source) => `(${source})`).join(' UNION ALL ');
  return `(SELECT CASE WHEN message IS NOT NULL THEN ARRAY[${MESSAGE_TEXT}, NULL]
        WHEN s.type <> 'workflow' AND ${IS_MESSAGES} THEN ARRAY[${INPUT_MESSAGE}, NULL]
        ELSE ARRAY[NULL, ${jsonPrefix('input')}] END
      FROM (SELECT run, CASE WHEN s.type <> 'workflow' THEN ${FIRST_MESSAGE} END AS message, run->'input' AS input
        FROM (SELECT stored #> '{}' AS run FROM (${runs}) ordered OFFSET 0) fetched OFFSET 0) looked
      WHERE s.type = 'workflow' AND run IS NOT NULL OR message IS NOT NULL OR coalesce(input, 'null') <> 'null' LIMIT 1)`;
}

/** A run that stands in both places is shown as the table has it. */
function tableCopy(runs: string): string {
  return `coalesce((SELECT c.run_data FROM ${runs} c WHERE c.session_id = s.session_id AND c.run_id = entry->>'run_id'), entry)`;
}
