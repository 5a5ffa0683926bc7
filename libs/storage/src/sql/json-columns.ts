/**
 * The sessions tables of agno 2.0 to 2.2 have columns of type json instead of jsonb. Such text is returned unchanged, since
 * Python keeps the order of its keys and the form of its numbers, and cast to jsonb only where SQL must look into it.
 * A cast fails for `\u0000`, lone surrogates and very large numbers, all of which json accepts; `jsonbText` prevents this.
 */

/** The part of a `StatementCache` that tells the types of columns. */
export interface ColumnTypes {
  readonly layout: { readonly columns: ReadonlyMap<string, string>; readonly hasJsonText: boolean };
}

/** True if the column has the type json. */
export function isJsonText({ layout }: ColumnTypes, column: string): boolean {
  return layout.columns.get(column) === 'json';
}

/** The type of a column for JSON. */
export function jsonType(statements: ColumnTypes, column: string): 'json' | 'jsonb' {
  return isJsonText(statements, column) ? 'json' : 'jsonb';
}

/** The column of the sessions table (with its alias, if any) as jsonb. A jsonb column is its own expression. */
export function asJsonb(statements: ColumnTypes, column: string, alias = ''): string {
  return isJsonText(statements, column) ? jsonbText(`${alias}${column}::text`) : `${alias}${column}`;
}

/** Text of a json value, cast to jsonb without ever failing. `originalText` restores the escapes in its text. */
export function jsonbText(text: string): string {
  const marked = markedText(text);
  return `(CASE WHEN ${text} ~ '${LONG_NUMBER}' THEN regexp_replace(${marked}, '${NUMBER_END}', '\\1\\2\\3', 'g') ELSE ${marked} END)::jsonb`;
}

/**
 * JSON text in which functions for json find no escape to reject: an escaped NUL or lone surrogate becomes the noncharacter
 * U+FDD0 followed by its digits. Meanwhile `\ufdd1` replaces escaped backslashes, so that each `\u` begins an escape, and
 * `\ufdd2` replaces pairs. One pattern with a lookbehind would take time quadratic in the length of the text.
 */
export function markedText(text: string): string {
  const withoutBackslashes = `replace(${text}, '\\\\', '\\ufdd1')`;
  const withoutPairs = `regexp_replace(${withoutBackslashes}, '\\\\u(${HIGH})\\\\u(${LOW})', '\\\\ufdd2\\1\\2', 'g')`;
  const marked = `regexp_replace(${withoutPairs}, '\\\\u(0000|${HIGH}|${LOW})', '\\\\ufdd0\\1', 'g')`;
  const withPairs = `regexp_replace(${marked}, '\\\\ufdd2(.{4})(.{4})', '\\\\u\\1\\\\u\\2', 'g')`;
  return `CASE WHEN ${text} ~ '\\\\u(0000|[dD][89a-fA-F])' THEN replace(${withPairs}, '\\ufdd1', '\\\\') ELSE ${text} END`;
}

/** Restores the escapes of a text that was printed from a result of `jsonbText` or `markedText`. */
export function originalText(text: string): string {
  return `replace(replace(${text}, '\\ufdd0', '\\u'), U&'\\FDD0', '\\u')`;
}

const HIGH = '[dD][89abAB][0-9a-fA-F]{2}';
const LOW = '[dD][c-fC-F][0-9a-fA-F]{2}';

/** Finds numbers that jsonb may reject or print with thousands of digits. May also match in strings. */
export const LONG_NUMBER = '[0-9][eE][-+]?[0-9]{4}|[0-9]{250}';

/** The end of such a number, which is cut off: the value stays infinite, zero or large. Matches strings to skip them. */
const NUMBER_END = '("(?:[^"\\\\]|\\\\.)*")|([0-9]{250})[0-9]+|([eE][-+]?0*[1-9][0-9]{3})[0-9]+';

/**
 * Entries of a legacy runs column of type json, of sessions `s`: `entry` (jsonb) for conditions, `item` (json) to be printed
 * and `ordinal`.
 */
export const JSON_ENTRIES = `json_array_elements(CASE json_typeof(s.runs) WHEN 'array' THEN s.runs ELSE '[]' END)
      WITH ORDINALITY AS element(item, ordinal) CROSS JOIN LATERAL (SELECT ${jsonbText('item::text')} AS entry OFFSET 0) parsed`;

/**
 * The JSON object in a json column with the members of another object; `{}` in place of any other value. Like Python's
 * `dict`, keeps the position of the first and the value of the last of several members with one key.
 */
export function jsonWithMembers(column: string, members: string): string {
  const stored = `json_each(CASE json_typeof(${column}) WHEN 'object' THEN (${markedText(`${column}::text`)})::json ELSE '{}' END)`;
  const merged = `SELECT key, min(position) AS position, (array_agg(value::text ORDER BY position DESC))[1] AS value
      FROM (SELECT key, value, ordinality AS position FROM ${stored} WITH ORDINALITY
        UNION ALL SELECT key, value, ${AFTER_STORED} + ordinality FROM json_each(${members}) WITH ORDINALITY) every GROUP BY key`;
  const text = `'{' || string_agg(to_json(key)::text || ': ' || value, ', ' ORDER BY position) || '}'`;
  return `coalesce((SELECT (${originalText(text)})::json FROM (${merged}) members), '{}')`;
}

/** A position after all stored members. */
const AFTER_STORED = 1_000_000_000;

/** Selects `json_text` in statements that read json columns: `pythonRow` then prints the row's JSON as Python does. */
export function jsonTextFlag({ layout }: ColumnTypes): string[] {
  return layout.hasJsonText ? ["'t' AS json_text"] : [];
}
