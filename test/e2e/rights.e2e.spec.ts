import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLimitedRole, type LimitedRole } from '../support/limited-role.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';

const TOOL_RESULTS = `CREATE TABLE ai.agno_tool_results (id varchar PRIMARY KEY, session_id varchar, namespace varchar, path varchar);
  INSERT INTO ai.agno_tool_results VALUES ('t', 's', 'n', 'p')`;
const PAYLOADS = `CREATE SCHEMA fs; CREATE TABLE fs.agno_fs (namespace varchar, path varchar, PRIMARY KEY (namespace, path));
  INSERT INTO fs.agno_fs VALUES ('n', 'p')`;
const RESULTS_STAY = "Database 'default': tool results of deleted sessions are kept";
const RUN = { run_id: 'r1', agent_id: 'a', messages: [{ role: 'user', content: 'hello', created_at: 1 }] };

describe('the service with a restricted database role', () => {
  let database: ScratchDatabase;
  let role: LimitedRole;
  let service: ServerProcess;

  const request = (path: string, method = 'GET', body?: object) => call(service.baseUrl, path, { method, body });
  const create = (id: string) => request('/sessions', 'POST', { session_id: id, agent_id: 'a', runs: [RUN] });
  const rows = async (table: string) => (await database.sql(`SELECT FROM ${table}`)).length;
  const logs = (message: string) => until(async () => service.output().includes(message));
  const readiness = async () => (await request('/readyz')).status;

  beforeEach(async () => {
    database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    await database.sql(UPGRADE_TO_V3);
    await database.sql(TOOL_RESULTS);
    role = await createLimitedRole(database);
    service = await startSessionService({ AGNO_PG_DSN: role.dsn, LOG_LEVEL: 'warn' });
  });
  afterEach(() => service.stop());

  /** Creates, reads and deletes a session. As in AgentOS, tool results stay when their payloads cannot be deleted. */
  async function deletesTheSession(warning: string): Promise<void> {
    expect((await create('s')).status).toBe(201);
    expect((await request('/sessions')).status).toBe(200);
    expect((await request('/sessions/s')).status).toBe(200);
    expect((await request('/sessions/s', 'DELETE')).status).toBe(204);
    expect(await rows('ai.agno_sessions')).toBe(0);
    expect(await rows('ai.agno_runs')).toBe(0);
    expect(await rows('ai.agno_tool_results')).toBe(1);
    expect(await rows('fs.agno_fs')).toBe(1);
    await logs(warning);
  }

  it('creates, reads and deletes sessions without the right to use the schema fs, and logs that tool results stay', async () => {
    await database.sql(PAYLOADS);
    await deletesTheSession(RESULTS_STAY);
  });

  it('deletes sessions without the right to delete the payloads of tool results', async () => {
    await database.sql(
      `${PAYLOADS}; GRANT USAGE ON SCHEMA fs TO ${role.name}; GRANT SELECT ON fs.agno_fs TO ${role.name}`,
    );
    await deletesTheSession(RESULTS_STAY);
  });

  it('deletes sessions when the columns of fs.agno_fs have other names', async () => {
    await database.sql(`CREATE SCHEMA fs; CREATE TABLE fs.agno_fs AS SELECT 'n' AS bucket, 'p' AS path;
      GRANT USAGE ON SCHEMA fs TO ${role.name}; GRANT ALL ON fs.agno_fs TO ${role.name}`);
    await deletesTheSession(RESULTS_STAY);
  });

  it('deletes sessions when the columns of fs.agno_fs have other types', async () => {
    await database.sql(`CREATE SCHEMA fs; CREATE TABLE fs.agno_fs AS SELECT 1 AS namespace, 2 AS path;
      GRANT USAGE ON SCHEMA fs TO ${role.name}; GRANT ALL ON fs.agno_fs TO ${role.name}`);
    await deletesTheSession("Sessions of database 'default' were deleted without their tool results");
  });

  it('deletes sessions when a trigger rejects the deletion of payloads', async () => {
    await database.sql(`${PAYLOADS}; GRANT USAGE ON SCHEMA fs TO ${role.name}; GRANT ALL ON fs.agno_fs TO ${role.name};
      CREATE FUNCTION fs.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$;
      CREATE TRIGGER refuse BEFORE DELETE ON fs.agno_fs FOR EACH ROW EXECUTE FUNCTION fs.refuse()`);
    await deletesTheSession("Sessions of database 'default' were deleted without their tool results");
  });

  it('responds 503 and deletes nothing when it lacks the right to delete compactions of the session', async () => {
    await database.sql(`CREATE TABLE ai.agno_compactions (id varchar, session_id varchar);
      INSERT INTO ai.agno_compactions VALUES ('c', 's')`);
    await create('s');
    expect((await request('/sessions/s', 'DELETE')).status).toBe(503);
    await logs('the role lacks DELETE on ai.agno_compactions');
    expect([await rows('ai.agno_sessions'), await rows('ai.agno_compactions')]).toEqual([1, 1]);
  });

  it('responds 503 to writes with read-only rights, logs the missing right, and stays ready', async () => {
    await create('s');
    await database.sql(`REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ai FROM ${role.name}`);
    const replies = [
      await create('other'),
      await request('/sessions/s', 'PATCH', { metadata: {} }),
      await request('/sessions/s/rename', 'POST', { session_name: 'n' }),
      await request('/sessions/s', 'DELETE'),
    ];
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect(replies[1]?.headers.get('retry-after')).toBe('1');
    expect((await request('/sessions/s')).status).toBe(200);
    expect(await readiness()).toBe(200);
    await until(async () => service.output().split('permission denied for table').length === 5);
    await logs('UPDATE on ai.agno_sessions)');
    const denied = /^db_client_operation_duration_seconds_count\{.*db_id="default",error_type="42501"\}$/;
    expect([...(await scrapeMetrics(service)).keys()].filter((series) => denied.test(series))).not.toEqual([]);
    await database.sql(`GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ai TO ${role.name}`);
    expect((await request('/sessions/s', 'DELETE')).status).toBe(204);
  });

  it('is ready without the right to read runs, but not without the right to read sessions', async () => {
    await create('s');
    await database.sql(`REVOKE SELECT ON ai.agno_runs FROM ${role.name}`);
    expect((await request('/sessions/s')).status).toBe(503);
    await logs('the role lacks SELECT on ai.agno_runs');
    expect(await readiness()).toBe(200);
    await database.sql(`REVOKE SELECT ON ai.agno_sessions FROM ${role.name}`);
    expect((await request('/sessions/s')).status).toBe(503);
    await until(async () => (await readiness()) === 503);
    await database.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA ai TO ${role.name}`);
    await until(async () => (await readiness()) === 200);
    expect((await request('/sessions/s')).status).toBe(200);
    await database.sql(`REVOKE USAGE ON SCHEMA ai FROM ${role.name}`);
    expect((await request('/sessions')).status).toBe(503);
    await logs('the role lacks USAGE on schema ai');
    await until(async () => (await readiness()) === 503);
  });
});

describe('the service without the right to read service accounts', () => {
  it('responds 503 to tokens of service accounts and logs the missing right', async () => {
    const database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    const { dsn } = await createLimitedRole(database);
    await storeAccounts(database.sql, [{ name: 'bot', scopes: ['agent_os:admin'] }]);
    const service = await startSessionService({ AGNO_PG_DSN: dsn, OS_SECURITY_KEY: 'the-key' });
    try {
      const headers = { authorization: 'Bearer agno_pat_bot' };
      expect((await call(service.baseUrl, '/sessions', { headers })).status).toBe(503);
      await until(async () => service.output().includes('the role lacks SELECT on ai.agno_service_accounts'));
    } finally {
      await service.stop();
    }
  });
});
