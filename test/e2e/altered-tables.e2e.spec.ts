import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { V2_JSON_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';

const RUN = { run_id: 'r1', agent_id: 'a', messages: [{ role: 'user', content: 'hello', created_at: 1 }] };

describe('the service while columns change their types', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    // One connection, so that every statement is prepared on it before the change.
    service = await startSessionService({
      AGNO_PG_DSN: database.dsn,
      AGNO_POOL_SIZE: '1',
      OS_SECURITY_KEY: 'the-key',
      AGNO_ACCOUNT_CACHE_MS: '1',
    });
    await by('the-key', '/sessions', 'POST', { session_id: 's', agent_id: 'a', user_id: 'u', runs: [RUN] });
    await storeAccounts(database.sql, [{ name: 'bot', scopes: ['sessions:read', 'agent_os:admin'] }]);
  });
  afterAll(async () => {
    await service.stop();
    expect(service.output()).not.toContain('transaction pooler');
  });

  const by = (token: string, path: string, method = 'GET', body?: object) =>
    call(service.baseUrl, path, { method, headers: { authorization: `Bearer ${token}` }, body });

  /** Statuses of one request of each kind that reads or changes the session. */
  async function statuses(): Promise<number[]> {
    const replies = [
      await by('the-key', '/sessions'),
      await by('the-key', '/sessions/s'),
      await by('the-key', '/sessions/s/runs'),
      await by('the-key', '/sessions/s/run-previews'),
      await by('the-key', '/sessions/s/runs/r1'),
      await by('the-key', '/sessions/s', 'PATCH', { session_state: { step: 1 } }),
      await by('the-key', '/sessions/s/rename', 'POST', { session_name: 'renamed' }),
    ];
    return replies.map(({ status }) => status);
  }

  it('responds 200 on every route before and after the change', async () => {
    expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200, 200]);
    await database.sql(`ALTER TABLE ai.agno_sessions ALTER COLUMN session_id TYPE text, ALTER COLUMN user_id TYPE text,
      ALTER COLUMN session_type TYPE text, ALTER COLUMN created_at TYPE integer`);
    expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200, 200]);
  });

  it('accepts the token of a service account before and after the change', async () => {
    expect((await by('agno_pat_bot', '/sessions')).status).toBe(200);
    await database.sql('ALTER TABLE ai.agno_service_accounts ALTER COLUMN id TYPE text, ALTER COLUMN scopes TYPE json');
    expect((await by('agno_pat_bot', '/sessions')).status).toBe(200);
  });
});

/** Requests on the session `s`, and a part of their responses. */
const REQUESTS: readonly (readonly [method: string, path: string, body: object | undefined, expected: object])[] = [
  ['GET', '/sessions', undefined, { data: [{ session_id: 's', session_name: 'hello' }] }],
  ['GET', '/sessions?session_name=none', undefined, { data: [] }],
  ['GET', '/sessions?sort_by=session_data', undefined, { data: [{ session_id: 's' }] }],
  ['GET', '/sessions/s', undefined, { session_id: 's', chat_history: [{ content: 'hello' }] }],
  ['GET', '/sessions/s/runs', undefined, [RUN]],
  ['GET', '/sessions/s/run-previews', undefined, [{ run_id: 'r1', run_input: 'hello' }]],
  ['GET', '/sessions/s/messages?include=members', undefined, { data: [{ run_id: 'r1', content: 'hello' }] }],
  ['GET', '/sessions/s/runs/r1', undefined, RUN],
  ['PATCH', '/sessions/s', { session_state: { n: 1 } }, { session_state: { n: 1 } }],
  ['PATCH', '/sessions/s', { metadata: { n: 1 } }, { metadata: { n: 1 } }],
  ['PATCH', '/sessions/s', { summary: { summary: 'S' } }, { session_summary: { summary: 'S' } }],
  ['POST', '/sessions/s/rename', { session_name: 'N' }, { session_name: 'N' }],
  ['POST', '/sessions', { session_id: 't', agent_id: 'a', session_state: { n: 1 } }, { session_state: { n: 1 } }],
  ['POST', '/sessions', { session_id: 't', agent_id: 'a', runs: [RUN] }, { chat_history: [{ content: 'hello' }] }],
  ['DELETE', '/sessions', { session_ids: ['s'], session_types: ['agent'] }, {}],
  ['DELETE', '/sessions/s', undefined, {}],
];

describe('the service while json columns become jsonb and back', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(`${V2_JSON_TABLES}
      CREATE TABLE ai.history (operation text);
      CREATE FUNCTION ai.record() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO ai.history VALUES (TG_OP); RETURN NULL; END';
      CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON ai.agno_sessions FOR EACH ROW EXECUTE FUNCTION ai.record()`);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_POOL_SIZE: '1' });
  });
  afterAll(() => service.stop());

  /** Changes the type of all JSON columns, as agno's migration to 2.3 does. */
  const changeTo = (type: string) =>
    database.sql(
      `ALTER TABLE ai.agno_sessions ${[
        'session_data',
        'agent_data',
        'team_data',
        'workflow_data',
        'metadata',
        'runs',
        'summary',
      ]
        .map((column) => `ALTER COLUMN ${column} TYPE ${type} USING ${column}::${type}`)
        .join(', ')}`,
    );

  it.each(REQUESTS.flatMap((request) => [['jsonb', ...request] as const, ['json', ...request] as const]))(
    'serves the first request after the change to %s, and applies its write once: %s %s',
    async (type, method, path, body, expected) => {
      await changeTo(type === 'json' ? 'jsonb' : 'json');
      await database.sql(
        `DELETE FROM ai.agno_sessions; INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at)
          VALUES ('s', 'agent', 'a', '${JSON.stringify([RUN])}', 1)`,
      );
      // Reads the layout before the change.
      expect((await call(service.baseUrl, '/sessions/s')).status).toBe(200);
      await changeTo(type);
      await database.sql('DELETE FROM ai.history');
      const response = await call(service.baseUrl, path, { method, body });
      expect({ status: response.status, body: response.text === '' ? {} : response.json }).toMatchObject({
        status: { GET: 200, PATCH: 200, POST: path === '/sessions' ? 201 : 200, DELETE: 204 }[method],
        body: expected,
      });
      const operation = { PATCH: 'UPDATE', POST: path === '/sessions' ? 'INSERT' : 'UPDATE', DELETE: 'DELETE' }[method];
      const changes = await database.sql('SELECT operation FROM ai.history');
      expect(changes).toEqual(operation === undefined ? [] : [{ operation }]);
    },
  );
});
