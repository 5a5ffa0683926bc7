import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { createTextClient } from './read-database.js';
import { seedFile } from './recording.js';

/** Tables with the sort order of their rows, because their physical order varies. */
const TABLES = [
  ['agno_sessions', 'created_at, session_id'],
  ['agno_runs', 'created_at, session_id, run_id'],
  ['agno_schema_versions', 'table_name'],
] as const;

/** Writes the tables of a seeded database with their rows as SQL, in a stable order. */
export async function dumpDatabase(dsn: string, template: string): Promise<void> {
  const client = createTextClient(dsn);
  await client.connect();
  try {
    const parts = ['CREATE SCHEMA ai;'];
    for (const [table, order] of TABLES) parts.push(...(await tableSql(client, table, order)));
    writeFileSync(seedFile(template), `${parts.join('\n')}\n`);
  } finally {
    await client.end();
  }
}

/** Restores a dump of `dumpDatabase` into an empty database. */
export async function loadDatabase(dsn: string, template: string): Promise<void> {
  const client = createTextClient(dsn);
  await client.connect();
  try {
    await client.query(readFileSync(seedFile(template), 'utf8'));
  } finally {
    await client.end();
  }
}

async function tableSql(client: pg.Client, table: string, order: string): Promise<string[]> {
  const columns = await client.query<{ name: string; definition: string }>(
    `SELECT attname AS name, quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
       || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS definition
     FROM pg_attribute WHERE attrelid = to_regclass('ai.' || $1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  if (columns.rows.length === 0) return [];
  const rows = await client.query<(string | null)[]>({
    text: `SELECT ${columns.rows.map(({ name }) => `${pg.escapeIdentifier(name)}::text`).join(', ')}
           FROM ai.${table} ORDER BY ${order}`,
    rowMode: 'array',
  });
  const inserts = rows.rows.map((row) => {
    const values = row.map((cell) => (cell === null ? 'NULL' : pg.escapeLiteral(cell)));
    return `INSERT INTO ai.${table} VALUES (${values.join(', ')});`;
  });
  const create = `CREATE TABLE ai.${table} (\n  ${columns.rows.map(({ definition }) => definition).join(',\n  ')}\n);`;
  return [create, ...inserts, ...(await constraintsAndIndexes(client, table))];
}

async function constraintsAndIndexes(client: pg.Client, table: string): Promise<string[]> {
  const constraints = await client.query<{ sql: string }>(
    `SELECT format('ALTER TABLE ai.%I ADD CONSTRAINT %I %s;', $1::text, conname, pg_get_constraintdef(oid)) AS sql
     FROM pg_constraint WHERE conrelid = to_regclass('ai.' || $1) AND contype <> 'n' ORDER BY contype DESC, conname`,
    [table],
  );
  const indexes = await client.query<{ sql: string }>(
    `SELECT indexdef || ';' AS sql FROM pg_indexes WHERE schemaname = 'ai' AND tablename = $1 AND indexname NOT IN
       (SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('ai.' || $1)) ORDER BY indexname`,
    [table],
  );
  return [...constraints.rows, ...indexes.rows].map(({ sql }) => sql);
}
