import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const RUNS = [
  { run_id: 'r1', agent_id: 'a', messages: [{ id: 'm1', role: 'user', content: 'first', created_at: 1 }] },
  { run_id: 'r2', agent_id: 'a', messages: [{ id: 'm2', role: 'assistant', content: 'second', created_at: 2 }] },
];

describe('the service on AgentOS tables', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  it('finds no sessions in an empty database, and creates no tables for reads and deletes', async () => {
    expect((await call(service.baseUrl, '/sessions')).json).toMatchObject({ data: [], meta: { total_count: 0 } });
    expect((await call(service.baseUrl, '/sessions/x')).status).toBe(404);
    expect((await call(service.baseUrl, '/sessions/x', { method: 'DELETE' })).status).toBe(204);
    expect(await database.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'ai'")).toEqual([]);
  });

  it('creates the tables, indexes and schema versions of agno 3.1.10 with the first session', async () => {
    expect((await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } })).status).toBe(201);
    const indexes = await database.sql("SELECT indexname FROM pg_indexes WHERE schemaname = 'ai' ORDER BY 1");
    expect(indexes.map((row) => row['indexname'])).toEqual([
      'agno_runs_pkey',
      'agno_schema_versions_pkey',
      'agno_sessions_pkey',
      'idx_agno_runs_agent_id',
      'idx_agno_runs_created_at',
      'idx_agno_runs_run_type',
      'idx_agno_runs_session_id',
      'idx_agno_runs_session_id_run_index',
      'idx_agno_runs_status',
      'idx_agno_runs_team_id',
      'idx_agno_runs_user_id',
      'idx_agno_runs_workflow_id',
      'idx_agno_schema_versions_created_at',
      'idx_agno_sessions_created_at',
      'idx_agno_sessions_session_type',
    ]);
    const versions = await database.sql('SELECT table_name, version FROM ai.agno_schema_versions ORDER BY 1');
    expect(versions).toEqual([
      { table_name: 'agno_runs', version: '3.0.0' },
      { table_name: 'agno_sessions', version: '3.0.0' },
    ]);
  });

  it('creates every index of a table whose name is almost as long as PostgreSQL allows', async () => {
    const runs = 'r'.repeat(60);
    const long = await createScratchDatabase();
    const another = await startSessionService({
      AGNO_PG_DSN: long.dsn,
      AGNO_SESSION_TABLE: 's'.repeat(60),
      AGNO_RUN_TABLE: runs,
    });
    try {
      expect((await call(another.baseUrl, '/sessions', { method: 'POST', body: {} })).status).toBe(201);
      const indexes = await long.sql(`SELECT indexname FROM pg_indexes WHERE tablename = '${runs}'`);
      expect(indexes).toHaveLength(10);
    } finally {
      await another.stop();
    }
  });

  it('stores the initial runs of a session as rows of the runs table', async () => {
    const body = { session_id: 'seeded', agent_id: 'a', runs: RUNS };
    const created = await call(service.baseUrl, '/sessions', { method: 'POST', body });
    expect(created.json).toMatchObject({ session_name: 'first', chat_history: [{ id: 'm1' }, { id: 'm2' }] });
    const rows = await database.sql('SELECT run_id, run_type, run_index FROM ai.agno_runs ORDER BY run_index');
    expect(rows).toEqual([
      { run_id: 'r1', run_type: 'agent', run_index: '0' },
      { run_id: 'r2', run_type: 'agent', run_index: '1' },
    ]);
  });

  it('responds 409 and stores nothing when a run of a new session belongs to another session', async () => {
    const body = { session_id: 'thief', runs: [{ run_id: 'r1', agent_id: 'a' }] };
    expect((await call(service.baseUrl, '/sessions', { method: 'POST', body })).status).toBe(409);
    expect((await call(service.baseUrl, '/sessions/thief')).status).toBe(404);
    expect((await call(service.baseUrl, '/sessions/seeded/runs')).json).toHaveLength(2);
  });

  it('detects an upgrade from agno 2.x to 3.x without a restart', async () => {
    const old = await createScratchDatabase();
    await old.sql(V2_TABLES);
    const upgraded = await startSessionService({ AGNO_PG_DSN: old.dsn });
    try {
      const body = { session_id: 's', agent_id: 'a', runs: RUNS };
      await call(upgraded.baseUrl, '/sessions', { method: 'POST', body });
      expect(await old.sql('SELECT jsonb_array_length(runs) AS runs FROM ai.agno_sessions')).toEqual([{ runs: 2 }]);
      await old.sql(UPGRADE_TO_V3);
      const changed = { ...RUNS[0], content: 'table copy' };
      await old.sql(
        `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at) VALUES
          ('r1', 's', 'agent', 0, $1, 1), ('r3', 's', 'agent', 2, $2, 3)`,
        [JSON.stringify(changed), JSON.stringify({ run_id: 'r3', agent_id: 'a' })],
      );
      const runs: { run_id: string; content: string }[] = (await call(upgraded.baseUrl, '/sessions/s/runs')).json;
      expect(runs.map(({ run_id, content }) => [run_id, content])).toEqual([
        ['r1', 'table copy'],
        ['r2', ''],
        ['r3', ''],
      ]);
      expect((await call(upgraded.baseUrl, '/sessions/s', { method: 'DELETE' })).status).toBe(204);
      expect(await old.sql('SELECT run_id FROM ai.agno_runs')).toEqual([]);
    } finally {
      await upgraded.stop();
    }
  });

  it('stores the runs of a new session in the runs table that an upgrade creates while the service runs', async () => {
    const old = await createScratchDatabase();
    await old.sql(V2_TABLES);
    const upgraded = await startSessionService({ AGNO_PG_DSN: old.dsn });
    const create = (session_id: string, run_id: string) =>
      call(upgraded.baseUrl, '/sessions', { method: 'POST', body: { session_id, runs: [{ run_id, agent_id: 'a' }] } });
    try {
      expect((await create('before', 'r1')).status).toBe(201);
      expect((await create('before', 'r1')).status).toBe(409);
      const upgrade = await old.begin();
      await upgrade.sql(UPGRADE_TO_V3);
      const creating = create('during', 'r2');
      await until(async () => (await old.lockWaiters()) === 1);
      await upgrade.commit();
      expect((await creating).status).toBe(201);
      expect((await create('after', 'r3')).status).toBe(201);
      expect(await old.sql('SELECT session_id, run_id FROM ai.agno_runs ORDER BY 2')).toEqual([
        { session_id: 'during', run_id: 'r2' },
        { session_id: 'after', run_id: 'r3' },
      ]);
      const withColumn = await old.sql('SELECT session_id FROM ai.agno_sessions WHERE runs IS NOT NULL');
      expect(withColumn).toEqual([{ session_id: 'before' }]);
    } finally {
      await upgraded.stop();
    }
  });

  it.each([
    ['PATCH', '/sessions/s', { session_state: { step: 1 } }],
    ['POST', '/sessions/s/rename?type=agent', { session_name: 'renamed' }],
  ])('applies %s %s exactly once when it is the first request after an upgrade', async (method, path, body) => {
    const old = await createScratchDatabase();
    await old.sql(V2_TABLES);
    const upgraded = await startSessionService({ AGNO_PG_DSN: old.dsn });
    try {
      await call(upgraded.baseUrl, '/sessions', {
        method: 'POST',
        body: { session_id: 's', agent_id: 'a', runs: RUNS },
      });
      await old.sql(`${UPGRADE_TO_V3}
        INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at)
          VALUES ('r3', 's', 'agent', '{"run_id": "r3", "agent_id": "a", "messages": [{"id": "m3", "role": "user"}]}', 3);
        CREATE TABLE ai.history (session_data jsonb);
        CREATE FUNCTION ai.record() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO ai.history VALUES (NEW.session_data); RETURN NEW; END';
        CREATE TRIGGER record AFTER UPDATE ON ai.agno_sessions FOR EACH ROW EXECUTE FUNCTION ai.record()`);
      const changed = await call(upgraded.baseUrl, path, { method, body });
      expect(changed.json).toMatchObject({ ...body, chat_history: [{ id: 'm1' }, { id: 'm2' }, { id: 'm3' }] });
      expect(await old.sql('SELECT session_data FROM ai.history')).toEqual([{ session_data: body }]);
    } finally {
      await upgraded.stop();
    }
  });

  it('deletes the rows of a session also from tables that were created after the service started', async () => {
    await database.sql(`CREATE TABLE ai.agno_compactions (compaction_id varchar PRIMARY KEY, session_id varchar);
      INSERT INTO ai.agno_compactions VALUES ('c1', 'seeded'), ('c2', 'other')`);
    expect((await call(service.baseUrl, '/sessions/seeded', { method: 'DELETE' })).status).toBe(204);
    expect(await database.sql('SELECT compaction_id FROM ai.agno_compactions')).toEqual([{ compaction_id: 'c2' }]);
    expect((await call(service.baseUrl, '/sessions/seeded')).status).toBe(404);
  });
});
