import type pg from 'pg';
import type { Layout } from './contract-case.js';

/** JSON of a stored row: a JavaScript value, or `rawJson` text where a value would lose something. */
export type StoredJson = unknown;

const RAW = Symbol('raw JSON');

/** JSON text that goes into the database as it stands: `rawJson('{"n": 1.0}')`. */
export function rawJson(text: string): StoredJson {
  return { [RAW]: text };
}

/** A session to put into both databases. Columns that are not named are SQL NULL; `null` is JSON null in JSON columns. */
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
  /** null for SQL NULL; created_at when absent. */
  readonly updated_at?: number | null;
  /** Kept where the layout keeps runs; in the mixed layout the first half in the old column, the rest in the table. */
  readonly runs?: readonly StoredJson[];
  /** For the old column alone, beside or instead of `runs`: any JSON, also no array. */
  readonly legacyRuns?: StoredJson;
  /** For the runs table alone. */
  readonly tableRuns?: readonly StoredJson[];
}

const GIVEN_AT = 1_760_000_000; // 2025-10-09T08:53:20Z

const JSON_COLUMNS = ['session_data', 'agent_data', 'team_data', 'workflow_data', 'metadata', 'summary'] as const;
const TEXT_COLUMNS = ['session_id', 'session_type', 'agent_id', 'team_id', 'workflow_id', 'user_id'] as const;

/** Inserts a session and its runs the way the layout keeps them. */
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
  for (const [place, run] of table.entries()) await insert(client, 'ai.agno_runs', runColumns(run, place, session));
}

/** JSON text for the old column (undefined: leave it NULL) and the runs for the table. */
function placeRuns(layout: Layout, session: GivenSession): [string | undefined, readonly StoredJson[]] {
  const runs = session.runs ?? [];
  const hasColumn = layout === 'v2' || layout === 'mixed';
  const firstHalf = layout === 'v2' ? runs.length : layout === 'mixed' ? Math.ceil(runs.length / 2) : 0;
  const legacy = 'legacyRuns' in session ? session.legacyRuns : rawJson(arrayText(runs.slice(0, firstHalf)));
  const legacyText = 'legacyRuns' in session || firstHalf > 0 ? jsonText(legacy) : undefined;
  return [hasColumn ? legacyText : undefined, session.tableRuns ?? runs.slice(firstHalf)];
}

function runColumns(run: StoredJson, place: number, session: GivenSession): [string, unknown][] {
  const fields = JSON.parse(jsonText(run)) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : null);
  const created = typeof fields['created_at'] === 'number' ? Math.trunc(fields['created_at']) : GIVEN_AT;
  return [
    ['run_id', text('run_id')],
    ['session_id', session.session_id],
    ['run_type', text('workflow_id') === null ? (text('team_id') === null ? 'agent' : 'team') : 'workflow'],
    ['agent_id', text('agent_id')],
    ['team_id', text('team_id')],
    ['workflow_id', text('workflow_id')],
    ['user_id', text('user_id') ?? session.user_id ?? null],
    ['parent_run_id', text('parent_run_id')],
    ['status', text('status')],
    ['run_index', 'run_index' in fields ? fields['run_index'] : place],
    ['run_data', jsonText(run)],
    ['created_at', created],
    ['updated_at', created],
  ];
}

async function insert(client: pg.Client, table: string, columns: readonly [string, unknown][]): Promise<void> {
  const names = columns.map(([name]) => name).join(', ');
  const places = columns.map((_, at) => `$${at + 1}`).join(', ');
  await client.query(
    `INSERT INTO ${table} (${names}) VALUES (${places})`,
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
