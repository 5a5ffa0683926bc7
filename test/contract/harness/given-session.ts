import type pg from 'pg';
import { COLUMN_LAYOUTS, type Layout } from './contract-case.js';

/** JSON of a stored row: a JavaScript value, or `rawJson` text for JSON that a value cannot represent exactly. */
export type StoredJson = unknown;

const RAW = Symbol('raw JSON');

/** JSON text that is stored unchanged: `rawJson('{"n": 1.0}')`. */
export function rawJson(text: string): StoredJson {
  return { [RAW]: text };
}

/** A session to insert into both databases. Missing columns are SQL NULL; `null` means JSON null in JSON columns. */
export interface GivenSession {
  readonly session_id: string;
  readonly session_type: string;
  readonly agent_id?: string;
  readonly team_id?: string;
  readonly workflow_id?: string;
  readonly user_id?: string | null;
  readonly session_data?: StoredJson;
  readonly agent_data?: StoredJson;
  readonly team_data?: StoredJson;
  readonly workflow_data?: StoredJson;
  readonly metadata?: StoredJson;
  readonly summary?: StoredJson;
  readonly created_at?: number;
  /** Undefined: the same time as created_at; null: SQL NULL. */
  readonly updated_at?: number | null;
  /** Stored where the layout stores runs; in the mixed layout, the first half in the column, the rest in the table. */
  readonly runs?: readonly StoredJson[];
  /** Any JSON for the runs column of agno 2.x, in addition to or instead of `runs`. */
  readonly legacyRuns?: StoredJson;
  /** Runs to store in the runs table, instead of `runs`. */
  readonly tableRuns?: readonly StoredJson[];
}

/** `created_at` of a given session by default: 2025-10-09T08:53:20Z. */
export const GIVEN_AT = 1_760_000_000;

const JSON_COLUMNS = ['session_data', 'agent_data', 'team_data', 'workflow_data', 'metadata', 'summary'] as const;
const TEXT_COLUMNS = ['session_id', 'session_type', 'agent_id', 'team_id', 'workflow_id', 'user_id'] as const;

/** Inserts a session and its runs according to the layout. */
export async function insertSession(client: pg.Client, layout: Layout, session: GivenSession): Promise<void> {
  const created = session.created_at ?? GIVEN_AT;
  const [legacy, table] = placeRuns(layout, session);
  const columns: [string, unknown][] = [
    ...TEXT_COLUMNS.map((name): [string, unknown] => [name, session[name] ?? null]),
    ...JSON_COLUMNS.map((name): [string, unknown] => [name, name in session ? jsonText(session[name]) : null]),
    ['created_at', created],
    ['updated_at', session.updated_at === undefined ? created : session.updated_at],
  ];
  if (legacy !== undefined) columns.push(['runs', legacy]);
  await insert(client, 'ai.agno_sessions', columns);
  for (const [index, run] of table.entries()) await insert(client, 'ai.agno_runs', runColumns(run, index, session));
}

/** JSON text for the runs column of agno 2.x (undefined: SQL NULL), and the runs for the runs table. */
function placeRuns(layout: Layout, session: GivenSession): [string | undefined, readonly StoredJson[]] {
  const runs = session.runs ?? [];
  const hasNoTable = COLUMN_LAYOUTS.includes(layout);
  const hasColumn = hasNoTable || layout === 'mixed';
  const firstHalf = hasNoTable ? runs.length : layout === 'mixed' ? Math.ceil(runs.length / 2) : 0;
  const legacy = 'legacyRuns' in session ? session.legacyRuns : rawJson(arrayText(runs.slice(0, firstHalf)));
  const legacyText = 'legacyRuns' in session || firstHalf > 0 ? jsonText(legacy) : undefined;
  return [hasColumn ? legacyText : undefined, session.tableRuns ?? runs.slice(firstHalf)];
}

function runColumns(run: StoredJson, index: number, session: GivenSession): [string, unknown][] {
  const fields = JSON.parse(jsonText(run)) as Record<string, unknown>;
  const stringField = (name: string) => (typeof fields[name] === 'string' ? fields[name] : null);
  const created = typeof fields['created_at'] === 'number' ? Math.trunc(fields['created_at']) : GIVEN_AT;
  return [
    ['run_id', stringField('run_id')],
    ['session_id', session.session_id],
    [
      'run_type',
      stringField('workflow_id') === null ? (stringField('team_id') === null ? 'agent' : 'team') : 'workflow',
    ],
    ['agent_id', stringField('agent_id')],
    ['team_id', stringField('team_id')],
    ['workflow_id', stringField('workflow_id')],
    ['user_id', stringField('user_id') ?? session.user_id ?? null],
    ['parent_run_id', stringField('parent_run_id')],
    ['status', stringField('status')],
    ['run_index', 'run_index' in fields ? fields['run_index'] : index],
    ['run_data', jsonText(run)],
    ['created_at', created],
    ['updated_at', created],
  ];
}

async function insert(client: pg.Client, table: string, columns: readonly [string, unknown][]): Promise<void> {
  const names = columns.map(([name]) => name).join(', ');
  const placeholders = columns.map((_, index) => `$${index + 1}`).join(', ');
  await client.query(
    `INSERT INTO ${table} (${names}) VALUES (${placeholders})`,
    columns.map(([, value]) => value),
  );
}

function arrayText(items: readonly StoredJson[]): string {
  return `[${items.map(jsonText).join(',')}]`;
}

function jsonText(value: StoredJson): string {
  if (typeof value === 'object' && value !== null && RAW in value) return String(value[RAW]);
  return JSON.stringify(value);
}
