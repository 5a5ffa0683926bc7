import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresCluster } from '../../apps/session-service/src/embedded/postgres-cluster.js';
import { postgresPrograms } from '../../apps/session-service/src/embedded/postgres-programs.js';
import { freePort } from './ports.js';
import { forgetProcess, killOnExit } from './reaper.js';

/** A PostgreSQL server on which tests create databases. */
export interface DatabaseServer {
  /** The DSN for a database name on this server. The database need not exist. */
  url(database: string): string;
  /** Creates an empty database and returns its DSN. */
  createDatabase(name: string): Promise<string>;
  /** Copies a database to which no client is connected. Returns the DSN of the copy. */
  copyDatabase(template: string, name: string): Promise<string>;
  /** Terminates the connections to a database and drops it if it exists. */
  dropDatabase(name: string): Promise<void>;
}

/** A server for one test run. `stop` removes its data. */
export interface TestPostgres extends DatabaseServer {
  stop(): Promise<void>;
}

/** Disables crash safety, because test data need not survive a crash and tests run faster. */
const FAST = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'timezone=UTC',
  'unix_socket_directories=/tmp',
];

export async function startPostgres(fixedPort?: number): Promise<TestPostgres> {
  const port = fixedPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'agno-test-postgres-'));
  const cluster = new PostgresCluster(await postgresPrograms(), join(folder, 'cluster'));
  cluster.create({ role: 'postgres', password: 'postgres' }, '--no-sync');
  cluster.start(port, ...FAST);
  const pid = postmasterPid(join(folder, 'cluster'));
  killOnExit(pid);
  const stop = () => {
    process.off('exit', stop);
    cluster.stop();
    forgetProcess(pid);
    rmSync(folder, { recursive: true });
  };
  // Stops the server and removes its data when this process exits regularly; otherwise the reaper kills the server.
  process.once('exit', stop);
  return { ...databaseServerAt(`postgresql://postgres:postgres@127.0.0.1:${port}/postgres`), stop: async () => stop() };
}

/** Process id of the server on a data folder, from its `postmaster.pid`. */
export function postmasterPid(folder: string): number {
  return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** A running server, identified by the DSN of its database `postgres`. */
export function databaseServerAt(dsn: string): DatabaseServer {
  const url = (database: string) => dsn.replace(/\/postgres$/, `/${database}`);
  const run = async (sql: string) => {
    await runSql(dsn, sql);
  };
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

/** Runs SQL on a separate connection, like another client of the database. */
export async function runSql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  dsn: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: dsn });
  // Without a listener a lost connection would crash the process instead of failing the statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
