import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

/** SQL expression for a JSON array of numbers that each take a few bytes on disk and 131,072 digits in a response. */
const NUMBERS = (count: number) => `to_jsonb(array_fill(1e131071::numeric, array[${count}]))`;

describe('a session with a value that is small on disk but huge as text', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_POOL_SIZE: '2' });
    for (const session_id of ['short', 'long']) {
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id, metadata: { k: 1 } } });
    }
  });
  afterAll(() => service.stop());

  it.each([
    ['longer than a JavaScript string', 4_200],
    ['longer than PostgreSQL can print', 9_000],
  ])('gets 500 for its detail, while other requests succeed, when the value is %s', async (_, count) => {
    await database.sql(`UPDATE ai.agno_sessions SET metadata = ${NUMBERS(count)} WHERE session_id = 'long'`);
    const logged = service.output().length;
    const { status, text } = await call(service.baseUrl, '/sessions/long');
    expect({ status, text }).toEqual({
      status: 500,
      text: '{"detail":"A stored value is longer than 209715200 bytes"}',
    });
    const lines = await until(async () => {
      const output = service.output().slice(logged).trim();
      return output !== '' && output.split('\n');
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("Database 'default' holds a value that is too long to be read");
    expect(lines[0]).not.toContain('stack');
    expect((await call(service.baseUrl, '/sessions/short')).status).toBe(200);
    expect(service.ended(), service.output()).toBe(false);

    const list = await call(service.baseUrl, '/sessions?sort_by=session_id');
    const listed: { session_id: string; metadata?: object }[] = (list.json as { data: [] }).data;
    expect(listed.map(({ session_id, metadata }) => [session_id, metadata])).toEqual([
      ['short', { k: 1 }],
      ['long', undefined],
    ]);
    for (const limit of [1, 2])
      expect((await idsWalkedBy(limit)).sort(), `${limit} per page`).toEqual(['long', 'short']);
  });

  /** The ids on all pages of a list with cursors. */
  async function idsWalkedBy(limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { json } = await call(service.baseUrl, `/sessions?limit=${limit}&count=none&cursor=${cursor}`);
      const page: { data: { session_id: string }[]; meta: { next_cursor: string | null } } = json;
      ids.push(...page.data.map(({ session_id }) => session_id));
      cursor = page.meta.next_cursor;
    }
    return ids;
  }

  it('gets 200 with null for the value when it is renamed, because an applied change must not get an error', async () => {
    await database.sql(`UPDATE ai.agno_sessions SET metadata = ${NUMBERS(4_200)} WHERE session_id = 'long'`);
    const rename = { method: 'POST', body: { session_name: 'renamed' } };
    const { status, json } = await call(service.baseUrl, '/sessions/long/rename', rename);
    expect({ status, ...(json as object) }).toMatchObject({ status: 200, session_name: 'renamed', metadata: null });
  });
});
