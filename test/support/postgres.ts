import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresCluster } from '../../apps/session-service/src/embedded/postgres-cluster.js';
import { postgresPrograms } from '../../apps/session-service/src/embedded/postgres-programs.js';
import { freePort } from './ports.js';
import { forgetProcess, killOnExit } from './reaper.js';

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
const FAST = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'timezone=UTC',
  'unix_socket_directories=/tmp',
];

export async function startPostgres(wantedPort?: number): Promise<TestPostgres> {
  const port = wantedPort ?? (await freePort());
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
  // On a regular exit the data is removed, too.
  process.once('exit', stop);
  return { ...databaseServerAt(`postgresql://postgres:postgres@127.0.0.1:${port}/postgres`), stop: async () => stop() };
}

/** Process id of the server that runs on a folder, from its `postmaster.pid`. */
export function postmasterPid(folder: string): number {
  return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** A server that runs already, by the DSN of its database `postgres`. */
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

/** Runs SQL on a connection of its own, as another client of the database would. */
export async function runSql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  dsn: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: dsn });
  // A server that goes away meanwhile fails the statement, not the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
