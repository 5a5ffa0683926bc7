import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A new empty database on the shared test server. */
export interface ScratchDatabase {
  readonly dsn: string;
  readonly name: string;
  /** Runs SQL on a connection of its own, as another client of the database would. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Runs SQL on the server's maintenance database. */
  admin(text: string): Promise<void>;
}

export async function scratchDatabase(): Promise<ScratchDatabase> {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  const server = inject('postgresDsn');
  await query(server, `CREATE DATABASE ${name}`);
  const dsn = server.replace(/\/postgres$/, `/${name}`);
  return {
    dsn,
    name,
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await query(dsn, text, values)).rows as Row[],
    admin: async (text) => {
      await query(server, text);
    },
  };
}

async function query(dsn: string, text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}
