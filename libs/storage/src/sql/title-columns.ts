import { MAX_TITLE_LENGTH } from '@session-service/contract';
import type { StatementCache } from '../layout.js';
import { asJsonb, isJsonText, JSON_ENTRIES, jsonbText, markedText, originalText } from './json-columns.js';

/**
 * SQL for the titles of unnamed sessions: the first user message, or the input of the first run that has a title. Uses
 * a row `s` of the sessions table with the columns `type` (its `listedType`) and `data` (session_data, decompressed).
 */

/** An empty stored name counts as a name; JSON null does not. */
export const IS_UNNAMED = "s.data->>'session_name' IS NULL";

/** SQL version of `listedType` in libs/contract. */
export const LISTED_TYPE = `CASE WHEN session_type <> '' THEN session_type WHEN agent_id <> '' THEN 'agent'
      WHEN team_id <> '' THEN 'team' WHEN workflow_id <> '' THEN 'workflow' ELSE 'agent' END`;

/** One character more than a title shows, so that the response writer can detect that the title was cut. */
const TITLE_CHARACTERS = MAX_TITLE_LENGTH + 1;

/**
 * Length of JSON text that is sufficient for a title in Python's format: at most six characters (`\u0001`) become one.
 * A title may come out shorter only if it contains numbers with hundreds of decimals.
 */
const JSON_CHARACTERS = 65_536;

/** SQL expression for the beginning of a JSON string, as a JSON string. */
function stringPrefix(json: string): string {
  return `to_jsonb(left(${json} #>> '{}', ${TITLE_CHARACTERS}))::text`;
}

/**
 * SQL expression for the beginning of a JSON value: a string stays a valid JSON string, other values are cut at any
 * character.
 */
function jsonPrefix(json: string): string {
  return `CASE jsonb_typeof(${json}) WHEN 'string' THEN ${stringPrefix(json)} ELSE left((${json})::text, ${JSON_CHARACTERS}) END`;
}

/** The members of ListedSession that the title is built from. `title` is the result of `sessionTitle`. */
export function titleColumns(statements: StatementCache): string {
  const columns = (message: string, input: string) =>
    `title IS NOT NULL AS title_found, ${message} AS title_message, ${input} AS title_input,
      CASE WHEN type = 'workflow' AND title IS NOT NULL THEN ${workflowName(statements)} END AS workflow_name`;
  if (!isJsonText(statements, 'runs')) return columns('title[1]', 'title[2]');
  return columns(originalText('title[1]'), originalText('title[2]'));
}

function workflowName(statements: StatementCache): string {
  const name = `(${asJsonb(statements, 'workflow_data')}->'name')`;
  if (!isJsonText(statements, 'workflow_data')) return jsonPrefix(name);
  return originalText(jsonTextPrefix(name, `(${markedText('workflow_data::text')})::json->'name'`));
}

/** As `jsonPrefix`. Other values than strings come from `text` (json), which keeps the order of keys and the form of numbers. */
function jsonTextPrefix(json: string, text: string): string {
  return `CASE jsonb_typeof(${json}) WHEN 'string' THEN ${stringPrefix(json)} ELSE left((${text})::text, ${JSON_CHARACTERS}) END`;
}

/**
 * JSON path predicate: a message of role user whose content is truthy in Python. The types are compared because `==` looks
 * into arrays.
 */
const HAS_USER_TEXT = `(@.role == "user" && @.role.type() == "string" && (
  @.content.type() == "string" && @.content != "" || @.content.type() == "array" && @.content.size() > 0 ||
  @.content.type() == "object" && exists (@.content.*) || @.content.type() == "number" && @.content != 0 || @.content == true))`;

const FIRST_MESSAGE = `jsonb_path_query_first(run, '$.messages[*] ? ${HAS_USER_TEXT}')->'content'`;

/** The text parts of a multi-part message, joined by spaces. */
const JOINED_PARTS = `(SELECT string_agg(CASE jsonb_typeof(part) WHEN 'string' THEN part #>> '{}'
        WHEN 'object' THEN CASE jsonb_typeof(part->'text') WHEN 'string' THEN part->>'text' END END, ' ' ORDER BY index)
        FROM jsonb_array_elements(message) WITH ORDINALITY AS parts(part, index))`;

/** `ListedSession.title_message`: the beginning of the text, or `true` for content without text. */
const MESSAGE_TEXT = `CASE jsonb_typeof(message) WHEN 'string' THEN ${stringPrefix('message')}
        WHEN 'array' THEN to_jsonb(left(coalesce(${JOINED_PARTS}, ''), ${TITLE_CHARACTERS}))::text ELSE 'true' END`;

/** If the input is a list of messages, the content of its first message is the title. */
const IS_MESSAGES = `jsonb_typeof(input) = 'array' AND input->0->'role' = '"user"' AND input->0->'content' IS NOT NULL`;
const INPUT_MESSAGE = `CASE jsonb_typeof(input->0->'content') WHEN 'string' THEN ${stringPrefix("(input->0->'content')")}
        WHEN 'null' THEN 'null' ELSE 'true' END`;

const HAS_ID = 'exists (@.run_id ? (@ != null))';
const HAS_NO_AGENT = '(!exists (@.agent_id) || @.agent_id == null || @.agent_id == "")';
const HAS_TITLE = `(exists (@.messages[*] ? ${HAS_USER_TEXT}) || exists (@.input ? (@ != null)))`;

/** All entries of the legacy column. Each may be replaced by the run of the same id in the runs table. */
const EVERY_ENTRY = `jsonb_path_query(s.runs, '$[*] ? (${HAS_ID})') entry`;

/** Without a runs table, a JSON path finds the entry with the title, so that PostgreSQL copies no other entry. */
const FIRST_TITLED_ENTRY = `LATERAL (SELECT jsonb_path_query_first(s.runs, CASE s.type
      WHEN 'workflow' THEN '$[*] ? (${HAS_ID})'
      WHEN 'team' THEN '$[*] ? (${HAS_ID} && ${HAS_NO_AGENT} && ${HAS_TITLE})'
      ELSE '$[*] ? (${HAS_ID} && ${HAS_TITLE})' END::jsonpath) AS entry OFFSET 0) found`;

/**
 * Selects the title of the session `s` as `{message, input}`, two JSON texts (see `ListedSession`); NULL if no run has
 * one. `OFFSET 0` keeps the planner from evaluating all runs before it sorts them, so that runs after the first title
 * are not read. `#> '{}'` decompresses a run once for all expressions, because decompression takes most of the time for
 * runs of 5 KB.
 */
export function sessionTitle(statements: StatementCache): string {
  const { tables, layout } = statements;
  if (isJsonText(statements, 'runs')) return titleFromJsonText(statements);
  const isListed = (agentId: string) => `(s.type <> 'team' OR coalesce(${agentId}, '') = '')`;
  const inTable = `SELECT r.run_data AS stored FROM ${tables.runs} r
      WHERE r.session_id = s.session_id AND ${isListed('r.agent_id')} ORDER BY r.run_index, r.created_at, r.run_id OFFSET 0`;
  const inColumn = `SELECT ${layout.hasRunsTable ? tableCopy(tables.runs) : 'entry'} AS stored
      FROM ${layout.hasRunsTable ? EVERY_ENTRY : FIRST_TITLED_ENTRY} WHERE ${isListed("entry->>'agent_id'")} OFFSET 0`;
  const sources = [...(layout.hasRunsColumn ? [inColumn] : []), ...(layout.hasRunsTable ? [inTable] : [])];
  const runs = sources.map((source) => `(${source})`).join(' UNION ALL ');
  return `(SELECT CASE WHEN message IS NOT NULL THEN ARRAY[${MESSAGE_TEXT}, NULL]
        WHEN s.type <> 'workflow' AND ${IS_MESSAGES} THEN ARRAY[${INPUT_MESSAGE}, NULL]
        ELSE ARRAY[NULL, ${jsonPrefix('input')}] END
      FROM (SELECT run, CASE WHEN s.type <> 'workflow' THEN ${FIRST_MESSAGE} END AS message, run->'input' AS input
        FROM (SELECT stored #> '{}' AS run FROM (${runs}) ordered OFFSET 0) fetched OFFSET 0) candidate
      WHERE s.type = 'workflow' AND run IS NOT NULL OR message IS NOT NULL OR coalesce(input, 'null') <> 'null' LIMIT 1)`;
}

/** If a run is stored in both places, the copy in the runs table wins. */
function tableCopy(runs: string): string {
  return `coalesce((SELECT c.run_data FROM ${runs} c WHERE c.session_id = s.session_id AND c.run_id = entry->>'run_id'), entry)`;
}

/** As `sessionTitle`, for a runs column of type json. The input keeps the order of its keys, which the title shows. */
function titleFromJsonText({ tables, layout }: StatementCache): string {
  const isListed = (agentId: string) => `(s.type <> 'team' OR coalesce(${agentId}, '') = '')`;
  const stored = layout.hasRunsTable ? `coalesce(${tableCopyText(tables.runs)}, item::text)` : 'item::text';
  const sources = [
    `SELECT ${stored} AS stored FROM ${JSON_ENTRIES}
      WHERE jsonb_typeof(entry) = 'object' AND entry->>'run_id' IS NOT NULL AND ${isListed("entry->>'agent_id'")} ORDER BY ordinal OFFSET 0`,
    ...(layout.hasRunsTable
      ? [
          `SELECT r.run_data::text AS stored FROM ${tables.runs} r
      WHERE r.session_id = s.session_id AND ${isListed('r.agent_id')} ORDER BY r.run_index, r.created_at, r.run_id OFFSET 0`,
        ]
      : []),
  ];
  return `(SELECT CASE WHEN message IS NOT NULL THEN ARRAY[${MESSAGE_TEXT}, NULL]
        WHEN s.type <> 'workflow' AND ${IS_MESSAGES} THEN ARRAY[${INPUT_MESSAGE}, NULL]
        ELSE ARRAY[NULL, ${jsonTextPrefix('input', `(${markedText('stored')})::json->'input'`)}] END
      FROM (SELECT stored, run, CASE WHEN s.type <> 'workflow' THEN ${FIRST_MESSAGE} END AS message, run->'input' AS input
        FROM (SELECT stored, ${jsonbText('stored')} AS run FROM (${sources.map((source) => `(${source})`).join(' UNION ALL ')}) ordered OFFSET 0)
        fetched OFFSET 0) candidate
      WHERE s.type = 'workflow' AND run IS NOT NULL OR message IS NOT NULL OR coalesce(input, 'null') <> 'null' LIMIT 1)`;
}

function tableCopyText(runs: string): string {
  return `(SELECT c.run_data::text FROM ${runs} c WHERE c.session_id = s.session_id AND c.run_id = entry->>'run_id')`;
}
