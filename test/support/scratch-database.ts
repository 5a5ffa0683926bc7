import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { inject } from 'vitest';
import { until } from './api.js';
import { freePort } from './ports.js';
import { runSql } from './postgres.js';

/** A new empty database on the shared test server. */
export interface ScratchDatabase {
  readonly dsn: string;
  readonly name: string;
  /** Runs SQL on a connection of its own, as another client of the database would. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Takes a table from everybody for so many seconds. Resolves when it is taken; `over` does when it is given back. */
  lock(table: string, seconds: number): Promise<{ readonly over: Promise<unknown> }>;
  /** How many wait for a table. */
  waitersFor(table: string): Promise<number>;
  /** Runs SQL on the server's maintenance database. */
  admin(text: string): Promise<void>;
  /** Ends all connections and takes no more: to its clients the database is down. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

/** The DSN of a database that is not there; its password `hush` must not be told to anybody. */
export async function unbornDsn(): Promise<string> {
  return `postgresql://nobody:hush@127.0.0.1:${await freePort()}/none`;
}

export async function scratchDatabase(): Promise<ScratchDatabase> {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  const server = inject('postgresDsn');
  await runSql(server, `CREATE DATABASE ${name}`);
  const dsn = server.replace(/\/postgres$/, `/${name}`);
  const admin = async (text: string) => {
    await runSql(server, text);
  };
  const locks = async (table: string, isGranted: boolean) => {
    const granted = isGranted ? "granted AND mode = 'AccessExclusiveLock'" : 'NOT granted';
    return (await runSql(dsn, `SELECT FROM pg_locks WHERE relation = $1::regclass AND ${granted}`, [table])).length;
  };
  return {
    dsn,
    name,
    admin,
    sql: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => runSql<Row>(dsn, text, values),
    lock: async (table, seconds) => {
      const over = runSql(dsn, `BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(${seconds}); COMMIT`);
      await until(async () => (await locks(table, true)) > 0);
      return { over };
    },
    waitersFor: (table) => locks(table, false),
    goDown: async () => {
      await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    },
    comeBack: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
  };
}
