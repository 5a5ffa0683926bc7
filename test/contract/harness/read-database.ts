import { type JsonNode, parseJson } from '@session-service/comparison';
import pg from 'pg';
import { scaled } from '../../support/time-scale.js';

const QUERY_TIMEOUT_MS = scaled(60_000);

/** Creates a client that returns all values as the text that PostgreSQL prints. */
export function createTextClient(dsn: string): pg.Client {
  const asText = { getTypeParser: () => (text: string) => text };
  const client = new pg.Client({
    connectionString: dsn,
    types: asText as pg.CustomTypesConfig,
    query_timeout: QUERY_TIMEOUT_MS,
  });
  // A lost connection fails the next query. Without a listener its 'error' event would crash the run.
  client.on('error', () => undefined);
  return client;
}

/** PostgreSQL's type ids (OIDs) of json and jsonb. */
const JSON_TYPES: readonly number[] = [114, 3802];
const BIGINT = 20;
const RUNS_TABLE = 'ai.agno_runs';

/** The runs column of agno 2.x. Rows omit it if it is SQL NULL, so that rows of all layouts are comparable. */
const LEGACY_RUNS = 'runs';

/**
 * The rows of sessions and their runs as one JSON value. SQL NULL is null; JSON null is the string «JSON null».
 * A missing runs table counts as empty.
 */
export async function readRows(client: pg.Client, sessionIds: readonly string[]): Promise<JsonNode> {
  const condition = 'WHERE session_id = ANY($1) ORDER BY session_id COLLATE "C"';
  const sessions = await client.query(`SELECT * FROM ai.agno_sessions ${condition}`, [sessionIds]);
  const runs = (await tableExists(client, RUNS_TABLE))
    ? tableNode(await client.query(`SELECT * FROM ${RUNS_TABLE} ${condition}, run_index, run_id`, [sessionIds]))
    : ({ kind: 'array', items: [] } as const);
  return {
    kind: 'object',
    members: [
      ['sessions', tableNode(sessions)],
      ['runs', runs],
    ],
  };
}

/** The definition of the tables: columns, constraints, indexes, and the versions that agno stores. */
export async function readTables(client: pg.Client): Promise<JsonNode> {
  const parts: [string, string][] = [
    [
      'columns',
      `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
       WHERE table_schema = 'ai' AND table_name IN ('agno_sessions', 'agno_runs') ORDER BY table_name, ordinal_position`,
    ],
    [
      'constraints',
      `SELECT conrelid::regclass::text AS table, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE conrelid IN (to_regclass('ai.agno_sessions'), to_regclass('ai.agno_runs')) AND contype <> 'n'
       ORDER BY 1, 2`,
    ],
    [
      'indexes',
      `SELECT tablename, indexname, indexdef FROM pg_indexes
       WHERE schemaname = 'ai' AND tablename IN ('agno_sessions', 'agno_runs') ORDER BY 1, 2`,
    ],
    [
      'versions',
      `SELECT table_name, version FROM ai.agno_schema_versions
       WHERE table_name IN ('agno_sessions', 'agno_runs') ORDER BY 1`,
    ],
  ];
  const members: [string, JsonNode][] = [];
  for (const [name, sql] of parts) members.push([name, tableNode(await client.query(sql))]);
  return { kind: 'object', members };
}

export async function tableExists(client: pg.Client, table: string): Promise<boolean> {
  const found = await client.query('SELECT to_regclass($1)::text AS name', [table]);
  return found.rows[0]?.name !== null;
}

function tableNode(result: pg.QueryResult<Record<string, string | null>>): JsonNode {
  const items = result.rows.map((row): JsonNode => {
    const members = result.fields.map((field): [string, JsonNode] => {
      return [field.name, cellNode(row[field.name] ?? null, field.dataTypeID)];
    });
    return { kind: 'object', members: members.filter(([name]) => name !== LEGACY_RUNS || row[name] !== null) };
  });
  return { kind: 'array', items };
}

function cellNode(cell: string | null, type: number): JsonNode {
  if (cell === null) return { kind: 'literal', text: 'null' };
  if (JSON_TYPES.includes(type)) return cell === 'null' ? { kind: 'string', value: '«JSON null»' } : parseJson(cell);
  return type === BIGINT ? { kind: 'number', text: cell } : { kind: 'string', value: cell };
}
