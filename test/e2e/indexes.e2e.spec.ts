import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT } from '../support/session-service.js';

describe('the index command', () => {
  let database: ScratchDatabase;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(V2_TABLES);
  });

  const runWith = (env: Record<string, string>, ...args: string[]) =>
    promisify(execFile)(process.execPath, [resolve(CHECKOUT, 'dist/apps/session-service/src/indexes.js'), ...args], {
      env: { AGNO_PG_DSN: database.dsn, ...env },
    });
  const run = (...args: string[]) => runWith({}, ...args);

  async function indexes(): Promise<string[]> {
    const rows = await database.sql(
      "SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE 'agno_session_service%'",
    );
    return rows.map(({ name }) => name).sort();
  }

  it('prints its statements by default, executes them with --apply, and drops only its own indexes with --remove', async () => {
    const { stdout } = await run();
    expect(stdout).toContain('CREATE INDEX CONCURRENTLY');
    expect(await indexes()).toEqual([]);
    await run('--apply');
    await run('--apply');
    const columns = ['', 'user_', 'agent_', 'team_', 'workflow_'];
    const names = columns.flatMap((column) => [`by_${column}created`, `by_${column}updated`]);
    names.push('by_metadata');
    expect(await indexes()).toEqual(names.map((name) => `agno_session_service_agno_sessions_${name}`).sort());
    await run('--remove');
    expect(await indexes()).toEqual([]);
    expect(await database.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'agno_sessions'")).toHaveLength(1);
  });

  it('rebuilds an index that an interrupted --apply has left invalid', async () => {
    await run('--apply');
    await database.sql(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ai.agno_session_service_agno_sessions_by_user_created'::regclass",
    );
    await run('--apply');
    expect(await database.sql('SELECT 1 FROM pg_index WHERE NOT indisvalid')).toEqual([]);
    await run('--remove');
  });

  it('replaces the indexes that earlier versions of the command have built', async () => {
    await database.sql('CREATE INDEX agno_session_service_user ON ai.agno_sessions (user_id, created_at)');
    await run('--apply');
    expect(await indexes()).toHaveLength(11);
    expect(await indexes()).not.toContain('agno_session_service_user');
  });

  it('builds and drops only the indexes of the configured table when a schema has several sessions tables', async () => {
    await run('--apply');
    await database.sql('CREATE TABLE ai.other (LIKE ai.agno_sessions INCLUDING ALL)');
    await database.sql('CREATE INDEX agno_session_service_team ON ai.agno_sessions (team_id, created_at)');
    const env = { AGNO_SESSION_TABLE: 'other' };
    await runWith(env, '--apply');
    expect(await indexes()).toHaveLength(23);
    await runWith(env, '--remove');
    expect(await indexes()).toHaveLength(12);
    await database.sql('DROP TABLE ai.other');
  });

  it('builds indexes with which PostgreSQL reads a page of a list in either direction without sorting', async () => {
    await run('--apply');
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, user_id, agent_id, created_at)
      SELECT 's' || i, 'agent', 'u' || i % 3, 'a' || i % 3, i / 9 FROM generate_series(1, 20000) i`);
    await database.sql('ANALYZE ai.agno_sessions');
    for (const where of ['', "WHERE user_id = 'u1'", "WHERE agent_id = 'a1'"])
      for (const column of ['created_at', 'coalesce(updated_at, created_at)'])
        for (const direction of ['ASC', 'DESC']) {
          const plan = await database.sql(`EXPLAIN SELECT session_id FROM ai.agno_sessions ${where}
            ORDER BY ${column} ${direction}, session_id ${direction} LIMIT 20`);
          expect(JSON.stringify(plan)).toContain('agno_session_service_agno_sessions_by_');
          expect(JSON.stringify(plan)).not.toContain('Sort');
        }
  });

  it('builds no index on metadata of type json, but drops one', async () => {
    const old = await createScratchDatabase();
    await old.sql(V2_JSON_TABLES);
    const env = { AGNO_PG_DSN: old.dsn };
    for (const args of [[], ['--apply']]) {
      const { stdout } = await runWith(env, ...args);
      expect(stdout).toContain("not on 'default', because of its tables: lists and searches by values of metadata");
      expect(stdout).not.toContain('USING gin');
    }
    expect((await runWith(env, '--remove')).stdout).toContain('agno_session_service_agno_sessions_by_metadata');
  });

  it('builds an index on the runs as soon as they have a table', async () => {
    const upgraded = await createScratchDatabase();
    await upgraded.sql(V2_TABLES);
    const env = { AGNO_PG_DSN: upgraded.dsn };
    expect((await runWith(env, '--apply')).stdout).toContain("not on 'default', because of its tables: usage by day");
    await upgraded.sql(UPGRADE_TO_V3);
    expect((await runWith(env, '--apply')).stdout).not.toContain('not on');
    // An index-only scan needs rows whose commit is on disk.
    await upgraded.sql(`SET synchronous_commit = on;
      INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('s', 'agent', 1);
      INSERT INTO ai.agno_runs (run_id, session_id, run_type, status, run_data, created_at)
        SELECT 'r' || i, 's', 'agent', 'COMPLETED', jsonb_build_object('content', repeat('x', 1000)), i FROM generate_series(1, 10000) i`);
    await upgraded.sql('VACUUM ANALYZE ai.agno_runs');
    const plan = await upgraded.sql(`EXPLAIN SELECT count(*) FILTER (WHERE status = 'ERROR') FROM ai.agno_runs
      WHERE created_at BETWEEN 1 AND 9000`);
    expect(JSON.stringify(plan)).toContain('Index Only Scan using agno_session_service_agno_runs_by_created_status');
    await runWith(env, '--remove');
    expect(await upgraded.sql("SELECT 1 FROM pg_indexes WHERE indexname LIKE 'agno_session_service%'")).toEqual([]);
  });

  it('prints its options with --help when no database is configured', async () => {
    const { stdout } = await runWith({ AGNO_PG_DSN: '' }, '--help');
    expect(stdout).toContain('--apply');
  });

  it('prints the complete command where -- is missing, so that npm has kept --apply for itself', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', 'indexes', '--apply'], {
      cwd: CHECKOUT,
      env: { PATH: process.env['PATH'], AGNO_PG_DSN: database.dsn },
    });
    expect(stdout).toContain('Nothing was changed. Create the indexes: npm run indexes -- --apply;');
  });

  it('fails with "No database is configured with id" when --db is unknown', async () => {
    await expect(run('--db', 'nope')).rejects.toThrow("No database is configured with id 'nope'");
  });
});
