import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

/** Number of sessions that are created at once, so that most have the same times as others. */
const CREATED = 70;
const PAGE_SIZE = 6;

interface List {
  data: { session_id: string }[];
}

describe('the pages of a list', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    await Promise.all(
      Array.from({ length: CREATED }, (_, index) => {
        const body = { session_id: `s-${(index * 37) % CREATED}`, user_id: 'u', agent_id: 'a' };
        return call(service.baseUrl, '/sessions?type=agent', { method: 'POST', body });
      }),
    );
  });
  afterAll(() => service.stop());

  const page = async (query: string, number: number, size = PAGE_SIZE): Promise<string[]> => {
    const { json }: { json: List } = await call(service.baseUrl, `/sessions?limit=${size}&page=${number}${query}`);
    return json.data.map(({ session_id }) => session_id);
  };

  /** The ids on all pages, in their order. */
  async function pages(query: string): Promise<string[]> {
    const ids: string[] = [];
    for (let number = 1; number <= Math.ceil(CREATED / PAGE_SIZE); number++) ids.push(...(await page(query, number)));
    return ids;
  }

  it.each([
    '',
    '&sort_order=asc',
    '&sort_by=updated_at',
    '&sort_by=updated_at&sort_order=asc',
    '&sort_by=user_id',
    '&sort_by=session_type&sort_order=asc',
    '&sort_by=session_data',
    '&user_id=u',
    '&component_id=a&type=agent',
  ])('show each of 70 sessions created in the same second exactly once (query: "%s")', async (query) => {
    const ids = await pages(query);
    expect(new Set(ids).size).toBe(CREATED);
    expect(ids).toHaveLength(CREATED);
  });

  it('order sessions created in the same second by id, in the sort direction of the list', async () => {
    await database.sql('UPDATE ai.agno_sessions SET created_at = 1, updated_at = NULL');
    const ascending = (await database.sql('SELECT session_id AS id FROM ai.agno_sessions ORDER BY 1')).map(
      ({ id }) => id,
    );
    for (const column of ['created_at', 'updated_at', 'user_id', 'session_id', 'nope', '']) {
      expect(await pages(`&sort_by=${column}&sort_order=asc`), column).toEqual(ascending);
      expect(await pages(`&sort_by=${column}&sort_order=desc`), column).toEqual(ascending.toReversed());
    }
  });

  it('show sessions without a value in the sort column first when descending and last when ascending, as in AgentOS', async () => {
    await database.sql("UPDATE ai.agno_sessions SET user_id = NULL WHERE session_id IN ('s-5', 's-6')");
    expect((await page('&sort_by=user_id&sort_order=desc', 1)).slice(0, 2)).toEqual(['s-6', 's-5']);
    expect((await pages('&sort_by=user_id&sort_order=asc')).slice(-2)).toEqual(['s-5', 's-6']);
  });

  it('show each session of a large table once without a sort column, although PostgreSQL may start a scan at any page', async () => {
    await database.sql('TRUNCATE ai.agno_sessions CASCADE');
    // More than a quarter of shared_buffers: https://www.postgresql.org/docs/current/runtime-config-compatible.html
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, metadata, created_at)
      SELECT 'l-' || i, 'agent', to_jsonb((SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 60) j)), 1
      FROM generate_series(1, 20000) i`);
    const ids: string[] = [];
    for (let number = 1; number <= 20; number++) ids.push(...(await page('&sort_by=', number, 1_000)));
    expect(new Set(ids).size).toBe(20_000);
  }, 120_000);
});
