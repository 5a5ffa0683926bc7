import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { freePort } from './ports.js';
import { runSql } from './postgres.js';

/** An empty database on the shared test server. */
export interface ScratchDatabase {
  readonly dsn: string;
  readonly name: string;
  /** Runs SQL on a separate connection, like another client of the database. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Begins a transaction of another client. It is rolled back at the end of the test. */
  begin(): Promise<OpenTransaction>;
  /** Number of connections that wait for a lock. */
  lockWaiters(): Promise<number>;
  /** Locks a table exclusively until `release` or the end of the test. Resolves when it is locked. */
  lock(table: string): Promise<{ release(): Promise<void> }>;
  /** Number of lock requests that wait for a table. */
  waitersFor(table: string): Promise<number>;
  /** Runs SQL on the server's maintenance database. */
  admin(text: string): Promise<void>;
  /** Terminates all connections and rejects new ones, so that the database appears to be down. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A transaction of another client, on its own connection. */
export interface OpenTransaction {
  sql(text: string, values?: unknown[]): Promise<unknown[]>;
  commit(): Promise<void>;
}

const LOCK_WAITERS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

const WAITERS = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
  WHERE relation = $1::regclass AND NOT granted`;

/** The DSN of a server that does not exist. The tests check that the password `hush` is not disclosed. */
export async function unreachableDsn(): Promise<string> {
  return `postgresql://nobody:hush@127.0.0.1:${await freePort()}/none`;
}

/** @param encoding the server encoding; by default that of the server, UTF8 */
export async function createScratchDatabase(encoding?: string): Promise<ScratchDatabase> {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  const server = inject('postgresDsn');
  const options =
    encoding && ` ENCODING '${encoding}' TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`;
  await runSql(server, `CREATE DATABASE ${name}${options ?? ''}`);
  const dsn = server.replace(/\/postgres$/, `/${name}`);
  const admin = async (text: string) => {
    await runSql(server, text);
  };
  return {
    dsn,
    name,
    admin,
    sql: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => runSql<Row>(dsn, text, values),
    begin: async () => {
      const client = new pg.Client({ connectionString: dsn });
      client.on('error', () => undefined);
      onTestFinished(() => client.end());
      await client.connect();
      await client.query('BEGIN');
      return {
        sql: async (text, values) => (await client.query(text, values)).rows,
        commit: async () => void (await client.query('COMMIT')),
      };
    },
    lockWaiters: async () => (await runSql(dsn, LOCK_WAITERS)).length,
    lock: async (table) => {
      const client = new pg.Client({ connectionString: dsn });
      client.on('error', () => undefined);
      const release = () => client.end();
      onTestFinished(release);
      await client.connect();
      await client.query(`BEGIN; LOCK TABLE ${table}`);
      return { release };
    },
    waitersFor: async (table) => (await runSql(dsn, WAITERS, [table])).length,
    goDown: async () => {
      await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    },
    comeBack: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
  };
}
