import { asRaw, cooperative, type RawJson, readJson, type Steps, withoutNonFinite } from '@session-service/json';
import type { LayoutCheckedRow } from './layout.js';

/** Columns of the statements' rows that may contain the text of a json column, and JSON made from it. */
const JSON_VALUES: ReadonlySet<string> = new Set([
  'session_data',
  'agent_data',
  'team_data',
  'workflow_data',
  'metadata',
  'summary',
  'sdk',
  'framework',
  'run',
  'table_run',
  'legacy_run',
]);

/**
 * A row whose JSON is as AgentOS reads it. A jsonb column needs no change. The text of a json column may contain leading
 * blanks, duplicate keys, `1e5`, `-0`, or unusual escapes, which Python's `json.loads` and `json.dumps` change.
 */
export function* pythonRow<Row extends LayoutCheckedRow>(row: Row): Steps<Row> {
  if (row.json_text === undefined) return row;
  const read: Record<string, RawJson> = {};
  for (const [name, value] of Object.entries(row)) {
    if (JSON_VALUES.has(name) && typeof value === 'string') read[name] = yield* pythonJson(asRaw(value));
  }
  return { ...row, ...read };
}

/** As `pythonRow`. Returns no promise for a row that needs no change, or little time. */
export function readPythonRow<Row extends LayoutCheckedRow>(row: Row): Row | Promise<Row> {
  return row.json_text === undefined ? row : cooperative(pythonRow(row));
}

function* pythonJson(stored: RawJson): Steps<RawJson> {
  const { root, isUnstorable } = yield* readJson(stored, UNLIMITED);
  return isUnstorable ? yield* withoutNonFinite(root) : root;
}

/** No limits, because stored text is valid JSON within PostgreSQL's own limits. */
const UNLIMITED = { depth: Infinity, digits: Infinity, values: Infinity, growth: Infinity };
