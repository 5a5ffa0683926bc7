import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';

describe.each(['v2', 'json', 'mixed'] as const)('a walk through the column of layout %s', (layout) => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    await databases[layout].sql(
      "INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('s', 'agent', 1)",
    );
    service = await startSessionService({ AGNO_PG_DSN: databases[layout].dsn });
  });
  afterAll(() => service.stop());

  const ids = Array.from({ length: 10 }, (_, index) => `r${index}`);

  async function store(stored: readonly string[]): Promise<void> {
    const entries = stored.map((run_id) => ({ run_id, content: 'c' }));
    await databases[layout].sql(`UPDATE ai.agno_sessions SET runs = ${pg.escapeLiteral(JSON.stringify(entries))}`);
  }

  async function page(query: string): Promise<[ids: string[], cursor: string | null]> {
    const { json } = await call(service.baseUrl, `/sessions/s/runs?limit=2&${query}`);
    const { data, meta } = json as { data: { run_id: string }[]; meta: { next_cursor: string | null } };
    return [data.map(({ run_id }) => run_id), meta.next_cursor];
  }

  const without = (...removed: string[]) => ids.filter((id) => !removed.includes(id));

  it.each([
    ['others were appended', [...ids, 'new'], ['r4', 'r5'], ['r5', 'r4']],
    ['others were removed', without('r0', 'r9'), ['r4', 'r5'], ['r5', 'r4']],
    ['the last one was removed', without('r3', 'r6'), ['r4', 'r5'], ['r5', 'r4']],
    ['some of those before were removed too', without('r0', 'r2', 'r3', 'r6', 'r7', 'r9'), ['r4', 'r5'], ['r5', 'r4']],
    ['all of those before were removed', ['r4', 'r5'], ['r4', 'r5'], ['r5', 'r4']],
    ['the last one was appended again', [...without('r3', 'r6'), 'r3', 'r6'], ['r4', 'r5'], ['r5', 'r4']],
    ['the next one was removed', without('r4', 'r5'), ['r6', 'r7'], ['r3', 'r2']],
  ])('goes on after the runs that were shown when %s', async (_name, changed, next, nextOfReverse) => {
    for (const [order, expected] of [
      ['asc', next],
      ['desc', nextOfReverse],
    ] as const) {
      await store(ids);
      const [, second] = await page(`order=${order}&cursor=`);
      const [shown, third] = await page(`order=${order}&cursor=${second}`);
      expect(shown).toEqual(order === 'asc' ? ['r2', 'r3'] : ['r7', 'r6']);
      await store(changed);
      expect((await page(`order=${order}&cursor=${third}`))[0]).toEqual(expected);
    }
  });
});
