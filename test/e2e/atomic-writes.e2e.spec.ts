import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

/** SQL for the sessions table of agno 3.x. */
const SESSIONS_TABLE = `${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs;`;

describe('concurrent writes', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  });
  afterAll(() => service.stop());

  it('keep the changes of every PATCH when they set different fields', async () => {
    for (let round = 0; round < 20; round++) {
      const path = `/sessions/patched-${round}`;
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: `patched-${round}` } });
      await Promise.all([
        call(service.baseUrl, path, { method: 'PATCH', body: { session_state: { round } } }),
        call(service.baseUrl, path, { method: 'PATCH', body: { session_name: 'name' } }),
        call(service.baseUrl, path, { method: 'PATCH', body: { metadata: { kept: true } } }),
      ]);
      expect((await call(service.baseUrl, path)).json).toMatchObject({
        session_name: 'name',
        session_state: { round },
        metadata: { kept: true },
      });
    }
  });

  it('create a session once and get 409 for all other creates with the same id', async () => {
    const body = { session_id: 'wanted', session_name: 'x' };
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => call(service.baseUrl, '/sessions', { method: 'POST', body })),
    );
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });

  it('all succeed in an empty database whose tables they create on a slow disk', async () => {
    const fresh = await createScratchDatabase();
    await fresh.sql(`CREATE FUNCTION wait_for_disk() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); END';
      CREATE EVENT TRIGGER slow_disk ON ddl_command_start EXECUTE FUNCTION wait_for_disk()`);
    const another = await startSessionService({
      AGNO_PG_DSN: fresh.dsn,
      AGNO_POOL_SIZE: '2',
      AGNO_QUEUE_TIMEOUT_MS: '1000',
    });
    try {
      const replies = await Promise.all(
        Array.from({ length: 50 }, () => call(another.baseUrl, '/sessions', { method: 'POST', body: {} })),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    } finally {
      await another.stop();
    }
  });

  it.each([
    ['the schema', 'CREATE SCHEMA ai'],
    ['the sessions table', SESSIONS_TABLE],
    ['all tables', SESSIONS_TABLE + UPGRADE_TO_V3],
  ])('create a session while AgentOS creates %s in the same empty database', async (_, sql) => {
    const fresh = await createScratchDatabase();
    const another = await startSessionService({ AGNO_PG_DSN: fresh.dsn });
    try {
      const agentOs = await fresh.begin();
      await agentOs.sql(sql);
      const body = { session_id: 's', agent_id: 'a', runs: [{ run_id: 'r', agent_id: 'a' }] };
      const created = call(another.baseUrl, '/sessions', { method: 'POST', body });
      await until(async () => (await fresh.lockWaiters()) === 1);
      await agentOs.commit();
      expect((await created).status).toBe(201);
      expect(await fresh.sql('SELECT run_id FROM ai.agno_runs')).toEqual([{ run_id: 'r' }]);
    } finally {
      await another.stop();
    }
  });

  it('create the missing runs table beside the sessions table of agno 3.x', async () => {
    const fresh = await createScratchDatabase();
    await fresh.sql(SESSIONS_TABLE);
    const another = await startSessionService({ AGNO_PG_DSN: fresh.dsn });
    try {
      const body = { session_id: 's', agent_id: 'a', runs: [{ run_id: 'r', agent_id: 'a' }] };
      expect((await call(another.baseUrl, '/sessions', { method: 'POST', body })).status).toBe(201);
      expect(await fresh.sql('SELECT run_id FROM ai.agno_runs')).toEqual([{ run_id: 'r' }]);
    } finally {
      await another.stop();
    }
  });
});
