import { describe, expect, it, onTestFinished } from 'vitest';
import { V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { runSql, startPostgres } from '../support/postgres.js';
import { executionCount } from '../support/scraped-metrics.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface List {
  readonly data: readonly object[];
  readonly meta: { readonly total_count: number };
}

/** The number of sessions on the page and the total; undefined for an error. */
async function list({ baseUrl }: ServerProcess): Promise<{ shown: number; total: number } | undefined> {
  const { status, text } = await call(baseUrl, '/sessions?limit=100');
  if (status !== 200) return undefined;
  const { data, meta } = JSON.parse(text) as List;
  return { shown: data.length, total: meta.total_count };
}

async function start(dsn: string): Promise<ServerProcess> {
  const service = await startSessionService({ AGNO_PG_DSN: dsn });
  onTestFinished(async () => {
    await service.stop();
  });
  return service;
}

const insert = (id: string, table = 'ai.agno_sessions') =>
  `INSERT INTO ${table} (session_id, session_type, created_at) VALUES ('${id}', 'agent', 1)`;

describe('totals of lists', () => {
  it('are counted again after a crash of PostgreSQL, which reuses transaction ids', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const dsn = await postgres.createDatabase('crashed');
    await runSql(dsn, `${V2_TABLES} ${insert('first')}`);
    const service = await start(dsn);
    await list(service);
    await runSql(dsn, 'CHECKPOINT');
    const pids =
      'SELECT pid, pg_postmaster_start_time()::text AS started FROM pg_stat_activity WHERE backend_type = $1';
    const [writer] = await runSql(dsn, pids, ['walwriter']);
    // Without the WAL writer the rolled-back transaction id is never written to disk.
    process.kill(writer?.['pid'], 'SIGSTOP');
    await runSql(dsn, `BEGIN; ${insert('undone')}; ROLLBACK`);
    const snapshot = 'SELECT pg_current_snapshot()::text AS snapshot';
    const before = await runSql(dsn, snapshot);
    expect(await list(service)).toEqual({ shown: 1, total: 1 });

    const [backend] = await runSql(dsn, pids, ['client backend']);
    process.kill(backend?.['pid'], 'SIGKILL');
    process.kill(writer?.['pid'], 'SIGKILL');
    await until(() =>
      runSql(dsn, insert('second')).then(
        () => true,
        () => false,
      ),
    );
    // The postmaster has kept running, and the snapshot is equal to the one before the crash: neither tells the service that
    // there was a crash.
    expect((await runSql(dsn, pids, ['walwriter']))[0]?.['started']).toBe(writer?.['started']);
    expect(await runSql(dsn, snapshot)).toEqual(before);
    expect(await until(() => list(service).catch(() => undefined))).toEqual({ shown: 2, total: 2 });
  });

  it.each<[kind: string, definition: string]>([
    [
      'a partitioned table',
      `CREATE TABLE ai.agno_sessions (LIKE agno_sessions) PARTITION BY LIST (session_type);
      CREATE FOREIGN TABLE ai.elsewhere PARTITION OF ai.agno_sessions DEFAULT SERVER other OPTIONS (schema_name 'ai', table_name 'agno_sessions')`,
    ],
    [
      'a table with a child',
      `CREATE TABLE ai.agno_sessions (LIKE agno_sessions);
      CREATE FOREIGN TABLE ai.elsewhere () INHERITS (ai.agno_sessions) SERVER other OPTIONS (schema_name 'ai', table_name 'agno_sessions')`,
    ],
    ['a view', 'CREATE VIEW ai.agno_sessions AS SELECT * FROM agno_sessions'],
    ['a foreign table', 'IMPORT FOREIGN SCHEMA ai LIMIT TO (agno_sessions) FROM SERVER other INTO ai'],
  ])('include each new row of %s whose rows another server stores', async (_, definition) => {
    const other = await startPostgres();
    onTestFinished(() => other.stop());
    const otherDsn = await other.createDatabase('other');
    await runSql(otherDsn, V2_TABLES);
    const database = await createScratchDatabase();
    await database.sql(`CREATE EXTENSION postgres_fdw; CREATE SCHEMA ai;
      CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${new URL(otherDsn).port}', dbname 'other');
      CREATE USER MAPPING FOR postgres SERVER other OPTIONS (user 'postgres', password 'postgres');
      IMPORT FOREIGN SCHEMA ai LIMIT TO (agno_sessions) FROM SERVER other INTO public; ${definition}`);
    const service = await start(database.dsn);
    for (let count = 1; count <= 4; count++) {
      await runSql(otherDsn, insert(`s${count}`));
      expect(await list(service)).toEqual({ shown: count, total: count });
    }
  });

  it('are not counted again while nothing is committed', async () => {
    const database = await createScratchDatabase();
    await database.sql(`${V2_TABLES} ${insert('first')}`);
    const service = await start(database.dsn);
    // Commits in any database of the shared server change the snapshot.
    await until(async () => {
      const before = await executionCount(service, 'count');
      await list(service);
      return before !== undefined && (await executionCount(service, 'count')) === before;
    });
  });
});
