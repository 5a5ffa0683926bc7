import pg from 'pg';
import { V2_TABLES } from '../../support/agno-tables.js';
import { until } from '../../support/api.js';
import { HoldingProxy } from '../../support/holding-proxy.js';
import { KillablePostgres } from '../support/killable-postgres.js';

/** A stored session, with the name that lists show. */
export interface StoredSession {
  readonly id: string;
  readonly type: string;
  readonly user: string;
  readonly name: string;
}

const STORED = `SELECT session_id AS id, session_type AS type, user_id AS user,
    coalesce(session_data->>'session_name', runs->0->'messages'->0->>'content') AS name
  FROM ai.agno_sessions ORDER BY session_id`;

/** A database, with one connection of the check that is opened again after a crash. */
export class Store {
  private readonly pool: pg.Pool;

  constructor(
    readonly server: KillablePostgres,
    readonly name: string,
  ) {
    this.pool = new pg.Pool({ connectionString: server.databases.url(name), max: 1 });
    this.pool.on('error', () => undefined);
  }

  async query<Row extends object>(sql: string): Promise<Row[]> {
    const { rows } = await this.pool.query(sql);
    return rows as Row[];
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** A database of the service, which the check changes and reads directly. */
export class CheckedDatabase {
  constructor(
    readonly store: Store,
    /** The connection between the service and the primary. */
    readonly network: HoldingProxy,
    /** The databases that store the rows of each session type; empty if this database stores them itself. */
    readonly parts: Readonly<Record<string, Store>> = {},
    readonly standby?: KillablePostgres,
  ) {}

  get server(): KillablePostgres {
    return this.store.server;
  }

  rows(): Promise<StoredSession[]> {
    return this.store.query<StoredSession>(STORED);
  }

  /** Changes sessions of one type in the database that stores them. */
  async change(type: string, sql: string): Promise<void> {
    await (this.parts[type] ?? this.store).query(sql);
  }

  /** Waits until the check's own connections work again. */
  async untilAvailable(): Promise<void> {
    for (const store of [this.store, ...Object.values(this.parts)]) {
      await until(() => store.query(STORED).catch(() => undefined));
    }
  }
}

/** Three databases: one server alone, a primary with a standby, and a table whose partitions are on both servers. */
export class CheckedDatabases {
  private constructor(
    /** All databases in the order of their db_ids: 0, 1, 2. */
    readonly all: readonly CheckedDatabase[],
    readonly environment: Readonly<Record<string, string>>,
    private readonly standbyNetwork: HoldingProxy,
  ) {}

  static async start(): Promise<CheckedDatabases> {
    // Without autovacuum only transactions of the check get ids, so that more snapshots are equal after a crash.
    const settings = ['autovacuum=off', 'wal_retrieve_retry_interval=100ms'];
    const solo = await KillablePostgres.start([...settings, 'synchronous_commit=off']);
    const primary = await KillablePostgres.start(settings);
    for (const server of [solo, primary]) await createDatabases(server, ['checked', 'part']);
    await createFront(solo, primary);
    const standby = await primary.startStandby();
    const network = await HoldingProxy.to(solo.port);
    const primaryNetwork = await HoldingProxy.to(primary.port);
    const standbyNetwork = await HoldingProxy.to(standby.port);
    const parts = { agent: new Store(primary, 'part'), team: new Store(solo, 'part') };
    const alone = new CheckedDatabase(new Store(solo, 'checked'), network);
    const replicated = new CheckedDatabase(new Store(primary, 'checked'), primaryNetwork, {}, standby);
    const front = new CheckedDatabase(new Store(solo, 'front'), network, parts);
    const dsn = ({ store }: CheckedDatabase, { port }: HoldingProxy) =>
      store.server.databases.url(store.name).replace(/:\d+\//, `:${port}/`);
    return new CheckedDatabases(
      [alone, replicated, front],
      {
        AGNO_SESSION_DSN_MAP: JSON.stringify({
          0: dsn(alone, network),
          1: dsn(replicated, primaryNetwork),
          2: dsn(front, network),
        }),
        AGNO_SESSION_REPLICA_MAP: JSON.stringify({ 1: [dsn(replicated, standbyNetwork)] }),
      },
      standbyNetwork,
    );
  }

  async stop(): Promise<void> {
    this.standbyNetwork.close();
    for (const { store, parts, network, server, standby } of this.all) {
      await Promise.all([store, ...Object.values(parts)].map((each) => each.close()));
      network.close();
      standby?.end();
      server.end();
    }
  }
}

async function createDatabases(server: KillablePostgres, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await server.databases.createDatabase(name);
    await server.sql(V2_TABLES, name);
  }
}

async function createFront(server: KillablePostgres, other: KillablePostgres): Promise<void> {
  await server.databases.createDatabase('front');
  const foreign = (name: string, { port }: KillablePostgres, type: string) => `
    CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}', dbname 'part');
    CREATE USER MAPPING FOR postgres SERVER ${name} OPTIONS (user 'postgres', password '${passwordOf(server)}');
    CREATE FOREIGN TABLE ai.${name} PARTITION OF ai.agno_sessions FOR VALUES IN ('${type}') SERVER ${name}
      OPTIONS (schema_name 'ai', table_name 'agno_sessions');`;
  await server.sql(
    `CREATE EXTENSION postgres_fdw; ${V2_TABLES}
    ALTER TABLE ai.agno_sessions RENAME TO columns;
    CREATE TABLE ai.agno_sessions (LIKE ai.columns) PARTITION BY LIST (session_type);
    CREATE TABLE ai.here PARTITION OF ai.agno_sessions DEFAULT;
    ${foreign('near', server, 'team')} ${foreign('far', other, 'agent')}`,
    'front',
  );
}

function passwordOf({ databases }: KillablePostgres): string {
  return new URL(databases.url('postgres')).password;
}

/** Waits until all WAL is flushed, because an asynchronous commit is acknowledged earlier. */
export async function untilFlushed({ store }: CheckedDatabase): Promise<void> {
  const [row] = await store.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  // At the start of a WAL page, the insert position is after the page header, which has up to 40 bytes.
  const flushed = `SELECT FROM pg_current_wal_flush_lsn() AS lsn WHERE '${row?.lsn}' - lsn <= 40`;
  await until(async () => (await store.query(flushed)).length > 0);
}
