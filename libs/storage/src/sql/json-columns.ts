/**
 * The sessions tables of agno 2.0 to 2.2 have columns of type json instead of jsonb. Such text is returned unchanged, since
 * Python keeps the order of its keys and the form of its numbers, and cast to jsonb only where SQL must look into it.
 * A cast fails for `\u0000`, lone surrogates and very large numbers, all of which json accepts; `jsonbText` prevents this.
 */

/** The part of a `StatementCache` that contains the types of columns. */
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

/** The column of the sessions table (with its alias, if any) as jsonb. A jsonb column needs no cast. */
export function asJsonb(statements: ColumnTypes, column: string, alias = ''): string {
  return isJsonText(statements, column) ? jsonbText(`${alias}${column}::text`) : `${alias}${column}`;
}

/** Text of a json value, cast to jsonb without ever failing. `originalText` restores the escapes in its text. */
export function jsonbText(text: string): string {
  const marked = markedText(text);
  return `(CASE WHEN ${text} ~ '${LONG_NUMBER}' THEN regexp_replace(${marked}, '${NUMBER_END}', '\\1\\2\\3', 'g') ELSE ${marked} END)::jsonb`;
}

/**
 * JSON text without escapes that functions for json reject. Each of them becomes `\u001a` followed by the four digits
 * of the escape, and so does `\u001a` itself, so that `originalText` restores the text exactly. During the replacement,
 * control characters, which JSON text cannot contain, stand for escaped backslashes and for surrogate pairs: every
 * remaining `\u` then begins an escape. One pattern with a lookbehind would take time quadratic in the length of the
 * text.
 */
export function markedText(text: string): string {
  const withoutPairs = `regexp_replace(${withoutBackslashes(text)}, ${PAIR}, chr(2) || '\\1\\2', 'g')`;
  const marked = `regexp_replace(${withoutPairs}, ${REJECTED}, '\\\\u001a\\1', 'g')`;
  const withPairs = `regexp_replace(${marked}, chr(2) || '(.{4})(.{4})', '\\\\u\\1\\\\u\\2', 'g')`;
  return `CASE WHEN ${text} ~ ${REJECTED} THEN ${withBackslashes(withPairs)} ELSE ${text} END`;
}

/** Restores the escapes of a text that was printed from a result of `jsonbText` or `markedText`. */
export function originalText(text: string): string {
  return withBackslashes(`regexp_replace(${withoutBackslashes(text)}, '\\\\u001a([0-9a-fA-F]{4})', '\\\\u\\1', 'g')`);
}

function withoutBackslashes(text: string): string {
  return `replace(${text}, '\\\\', chr(1))`;
}

function withBackslashes(text: string): string {
  return `replace(${text}, chr(1), '\\\\')`;
}

const HIGH = '[dD][89abAB][0-9a-fA-F]{2}';
const LOW = '[dD][c-fC-F][0-9a-fA-F]{2}';
const IS_UNICODE = "getdatabaseencoding() = 'UTF8'";

/** Pattern of a pair of surrogates. In other encodings than UTF8, both are rejected. */
const PAIR = `CASE WHEN ${IS_UNICODE} THEN '\\\\u(${HIGH})\\\\u(${LOW})' ELSE chr(2) END`;

/**
 * Pattern of the escapes to mark: NUL, the mark itself, surrogates outside of pairs; in other encodings than UTF8 all
 * characters but ASCII, which the encoding may lack.
 */
const REJECTED = `CASE WHEN ${IS_UNICODE} THEN '\\\\u(0000|001[aA]|${HIGH}|${LOW})' ELSE '\\\\u(0000|001[aA]|(?!00[0-7])[0-9a-fA-F]{4})' END`;

/** Finds numbers that jsonb may reject or print with thousands of digits. May also match in strings. */
export const LONG_NUMBER = '[0-9][eE][-+]?[0-9]{4}|[0-9]{250}';

/**
 * The end of a number that `LONG_NUMBER` finds. It is cut off, and the value stays infinite, zero or large. Also
 * matches whole strings, so that numbers in strings are skipped.
 */
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
