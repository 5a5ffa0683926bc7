import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call } from '../../support/api.js';
import { ReplicatedService } from '../support/replicated-service.js';

interface Page {
  readonly data: readonly { readonly session_id: string }[];
  readonly meta: { readonly next_cursor: string | null };
}

/** A filter without an index, in each form: as parameter and as expression. */
const FILTER = { op: 'EQ', key: 'metadata.round', value: 'last' };

describe('searches and walks on a read replica', () => {
  let replicated: ReplicatedService;
  const ask = async (path: string, method = 'GET', body?: object): Promise<ApiResponse> => {
    const response = await call(replicated.service.baseUrl, path, { method, body, headers: { connection: 'close' } });
    expect(response.status, response.text).toBeLessThan(300);
    return response;
  };
  /** A page of the sessions that match FILTER, from the oldest change to the latest one. */
  const page = {
    search: async (limit: number, cursor: string): Promise<Page> => {
      const body = { filter: FILTER, sort_by: 'updated_at', sort_order: 'asc', limit, cursor, count: 'none' };
      return (await ask('/sessions/search', 'POST', body)).json;
    },
    list: async (limit: number, cursor: string): Promise<Page> => {
      const query = 'metadata.round=last&sort_by=updated_at&sort_order=asc&count=none';
      return (await ask(`/sessions?${query}&limit=${limit}&cursor=${encodeURIComponent(cursor)}`)).json;
    },
  };
  const walk = async (kind: keyof typeof page) => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { data, meta }: Page = await page[kind](2, cursor);
      ids.push(...data.map(({ session_id }) => session_id));
      cursor = meta.next_cursor;
    }
    return ids;
  };

  beforeAll(async () => {
    // Each worker must see the writes of the other one.
    replicated = await ReplicatedService.start(1, { AGNO_SERVICE_WORKERS: '2' });
    for (let index = 0; index < 5; index++)
      await ask('/sessions', 'POST', { session_id: `s${index}`, metadata: { round: 'last' } });
  });
  afterAll(() => replicated.stop());

  it.each([
    ['POST /sessions/search', () => page.search(20, '')],
    ['the first page with a cursor', () => page.list(20, '')],
    ['a whole walk by search', () => walk('search')],
    ['a whole walk by list', () => walk('list')],
    ['GET /sessions/{id}?view=editable', () => ask('/sessions/s0?view=editable')],
    ['GET /sessions/{id}?chat_history=false', () => ask('/sessions/s0?chat_history=false')],
  ])('are served by the replica instead of the primary: %s', async (_, request) => {
    const [, before = 0] = await replicated.reads();
    await replicated.untilStandbysRead(request);
    expect((await replicated.reads())[1]).toBeGreaterThanOrEqual(before + 10);
  });

  it.each(['search', 'list'] as const)('show every acknowledged write in the next %s of any worker', async (kind) => {
    const [, before = 0] = await replicated.reads();
    for (let round = 0; round < 30; round++) {
      const id = `${kind}-${round}`;
      await ask('/sessions', 'POST', { session_id: id, metadata: { round: 'first' } });
      expect((await page[kind](100, '')).data).not.toContainEqual(expect.objectContaining({ session_id: id }));
      await ask(`/sessions/${id}`, 'PATCH', { metadata: { round: 'last' } });
      expect((await page[kind](100, '')).data).toContainEqual(expect.objectContaining({ session_id: id }));
      if (round % 10 === 0) expect(await walk(kind)).toContain(id);
      await ask(`/sessions/${id}`, 'DELETE');
      expect((await page[kind](100, '')).data).not.toContainEqual(expect.objectContaining({ session_id: id }));
    }
    expect((await replicated.reads())[1]).toBeGreaterThan(before + 30);
  });
});
