import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface List {
  data: { session_id: string; session_name: string }[];
  meta: { total_count: number };
}

describe('lists during concurrent writes', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const runs = [{ run_id: 'r', agent_id: 'a', messages: [{ role: 'user', content: 'first title' }] }];
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'titled', user_id: 'u', runs } });
  });
  afterAll(() => service.stop());

  const list = async (query = ''): Promise<List> => (await call(service.baseUrl, `/sessions?limit=500${query}`)).json;

  it('count every session created before the request', async () => {
    for (let created = 2; created <= 30; created++) {
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { user_id: 'u' } });
      const lists = await Promise.all([list(), list('&user_id=u'), list('&user_id=nobody')]);
      expect(lists.map(({ meta }) => meta.total_count)).toEqual([created, created, 0]);
    }
  });

  it('count a session of another database client from its commit on, not earlier', async () => {
    const before = (await list()).meta.total_count;
    const insert = "INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('others', 'agent', 1)";
    await database.sql(`BEGIN; ${insert}; SELECT pg_current_xact_id(); ROLLBACK`);
    expect((await list()).meta.total_count).toBe(before);
    await database.sql(insert);
    expect((await list()).meta.total_count).toBe(before + 1);
    await database.sql("DELETE FROM ai.agno_sessions WHERE session_id = 'others'");
    expect((await list()).meta.total_count).toBe(before);
  });

  it('compare the name filter with the first 10,000 characters of each name', async () => {
    const body = { session_id: 'long-name', session_name: `${'ö'.repeat(9_996)}nearFAR` };
    await call(service.baseUrl, '/sessions', { method: 'POST', body });
    const found = async (name: string) => (await list(`&session_name=${name}`)).meta.total_count;
    expect([await found('NEAR'), await found('far'), await found('%25')]).toEqual([
      1,
      0,
      (await list()).meta.total_count,
    ]);
    const [shown] = (await list('&session_name=near')).data;
    expect(shown?.session_name).toBe(body.session_name);
    await call(service.baseUrl, '/sessions/long-name', { method: 'DELETE' });
  });

  it('show the new title of an unnamed session as soon as its first run has changed', async () => {
    const title = async () => (await list()).data.find(({ session_id }) => session_id === 'titled')?.session_name;
    expect(await title()).toBe('first title');
    for (const content of ['second title', 'third title']) {
      await database.sql("UPDATE ai.agno_runs SET run_data = jsonb_set(run_data, '{messages,0,content}', $1)", [
        JSON.stringify(content),
      ]);
      expect(await title()).toBe(content);
    }
    const earlier = { run_id: 'r0', agent_id: 'a', messages: [{ role: 'user', content: 'earlier run' }] };
    await database.sql(
      "INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at) VALUES ('r0', 'titled', 'agent', -1, $1, 1)",
      [JSON.stringify(earlier)],
    );
    expect(await title()).toBe('earlier run');
    await database.sql("DELETE FROM ai.agno_runs WHERE session_id = 'titled'");
    expect(await title()).toBe('');
  });
});
