import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  afterAll(() => service.stop());

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

  it('responds to every request', async () => {
    expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200, 200]);
    await database.sql(`ALTER TABLE ai.agno_sessions ALTER COLUMN session_id TYPE text, ALTER COLUMN user_id TYPE text,
      ALTER COLUMN session_type TYPE text, ALTER COLUMN created_at TYPE integer`);
    expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200, 200]);
    expect(service.output()).not.toContain('transaction pooler');
  });

  it('accepts service accounts', async () => {
    expect((await by('agno_pat_bot', '/sessions')).status).toBe(200);
    await database.sql('ALTER TABLE ai.agno_service_accounts ALTER COLUMN id TYPE text, ALTER COLUMN scopes TYPE json');
    expect((await by('agno_pat_bot', '/sessions')).status).toBe(200);
  });
});
