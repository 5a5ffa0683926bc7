import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { type ApiResponse, call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

const DATABASES = { one: V2_TABLES, two: V2_JSON_TABLES };
const READ = ['sessions:read', 'db:open'];

interface List {
  data: { session_id: string }[];
  meta: { next_cursor?: string | null };
}

/** Parameters that must select among the caller's own sessions only. */
const PARAMETERS = [
  'cursor=',
  'cursor=&count=none',
  'count=none',
  'cursor=&sort_by=updated_at&sort_order=asc',
  'cursor=&user_id=bob',
  'created_after=0',
  'created_before=100',
  'updated_after=3&updated_before=9',
  'metadata.kind=shared',
  'metadata.owner=bob',
  'cursor=&metadata.kind=shared&created_after=2&user_id=bob',
];

const eq = (key: string, value: string) => ({ op: 'EQ', key, value });
const FILTERS = [
  eq('user_id', 'bob'),
  { op: 'NEQ', key: 'user_id', value: 'ann' },
  { op: 'NOT', condition: eq('user_id', 'ann') },
  { op: 'OR', conditions: [eq('user_id', 'bob'), eq('user_id', 'ann')] },
  { op: 'OR', conditions: [eq('metadata.owner', 'bob'), { op: 'GTE', key: 'created_at', value: 0 }] },
  { op: 'IN', key: 'session_id', values: ['bob-1', 'ann-1', 'nobody-1'] },
  { op: 'STARTSWITH', key: 'session_id', value: 'b' },
  { op: 'CONTAINS', key: 'session_name', value: 'secret' },
];

describe('the additions to lists with user isolation', () => {
  /** The same sessions of ann; only the first service has sessions of others. */
  const services: ServerProcess[] = [];

  beforeAll(async () => {
    for (const owners of [['ann', 'bob', 'nobody'], ['ann']]) {
      const dsns: Record<string, string> = {};
      for (const [id, tables] of Object.entries({ ...DATABASES, closed: V2_TABLES })) {
        const database = await createScratchDatabase();
        await database.sql(tables);
        for (const owner of owners) {
          await database.sql(
            `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, session_data, metadata, created_at, updated_at)
              SELECT $1 || '-' || i, 'agent', NULLIF($1, 'nobody'), json_build_object('session_name', 'secret of ' || $1),
                json_build_object('owner', $1, 'kind', 'shared'), i / 2, i FROM generate_series(1, 7) i`,
            [owner],
          );
        }
        dsns[id] = database.dsn;
      }
      services.push(
        await startSessionService({
          AGNO_SESSION_DSN_MAP: JSON.stringify(dsns),
          ...ISOLATING_SETTINGS,
          AGNO_DB_ACCESS: JSON.stringify({ closed: { scopes: ['db:closed'] }, '*': { scopes: ['db:open'] } }),
        }),
      );
    }
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  type Send = (service: ServerProcess) => Promise<ApiResponse>;

  const get =
    (path: string, sub = 'ann', scopes = READ): Send =>
    (service) =>
      call(service.baseUrl, path, { headers: { authorization: `Bearer ${hs256Token({ sub, scopes })}` } });

  const search =
    (query: string, body: object, sub = 'ann', scopes = READ): Send =>
    (service) =>
      call(service.baseUrl, `/sessions/search?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${hs256Token({ sub, scopes })}` },
        body,
      });

  /** Sends a request to both services. Their responses, with totals and cursors, must be the same. */
  async function same(send: Send): Promise<ApiResponse> {
    const [others, alone] = await Promise.all(services.map(send));
    expect([others?.status, others?.text]).toEqual([alone?.status, alone?.text]);
    expect(others?.text).not.toMatch(/bob-|nobody-/);
    return others as ApiResponse;
  }

  async function walk(page: (cursor: string | undefined) => Send, first: string | undefined): Promise<void> {
    let cursor: string | null | undefined = first;
    do {
      const { status, json } = await same(page(cursor ?? undefined));
      expect(status).toBe(200);
      cursor = (json as List).meta.next_cursor;
    } while (typeof cursor === 'string');
  }

  describe.each(Object.keys(DATABASES))('on the database %s', (id) => {
    it.each(PARAMETERS)("show a caller nothing of others' sessions, on every page: %s", async (parameters) => {
      const rest = parameters.replace('cursor=', '');
      const hasCursor = rest !== parameters;
      await walk(
        (cursor) => get(`/sessions?db_id=${id}&limit=2&${rest}${hasCursor ? `&cursor=${cursor}` : ''}`),
        hasCursor ? '' : undefined,
      );
    });

    it.each(FILTERS)("show a caller nothing of others' sessions in a search: %j", async (filter) => {
      await walk((cursor) => search(`db_id=${id}`, { filter, limit: 2, cursor }), '');
      await walk(() => search(`db_id=${id}&user_id=bob`, { filter, limit: 2 }), undefined);
    });

    it("answer to others' cursors and to forged positions the same, whether or not the sessions exist", async () => {
      const service = services[0] as ServerProcess;
      const page = `/sessions?db_id=${id}&limit=2`;
      const bobs = ((await get(`${page}&cursor=`, 'bob')(service)).json as List).meta.next_cursor;
      expect((await same(get(`${page}&cursor=${bobs}`))).status).toBe(400);
      const own = String(((await get(`${page}&cursor=`)(service)).json as List).meta.next_cursor);
      const parts: unknown[] = JSON.parse(Buffer.from(own, 'base64url').toString());
      for (const [value, session] of [
        ['3', 'bob-6'],
        ['1', 'nobody-2'],
        ['2', 'zoe-1'],
        [null, 'bob-1'],
      ]) {
        const forged = Buffer.from(JSON.stringify(parts.with(4, value).with(5, session))).toString('base64url');
        expect((await same(get(`${page}&cursor=${forged}`))).status).toBe(200);
      }
    });

    it('need sessions:read, which is all that they need', async () => {
      const body = { filter: eq('user_id', 'ann') };
      for (const scopes of [['sessions:write', 'db:open'], ['sessions:delete', 'db:open'], ['db:open']]) {
        for (const send of [
          get(`/sessions?db_id=${id}&cursor=`, 'ann', scopes),
          search(`db_id=${id}`, body, 'ann', scopes),
        ])
          expect([(await same(send)).status, scopes]).toEqual([403, scopes]);
      }
      expect((await same(search(`db_id=${id}`, body))).status).toBe(200);
    });
  });

  it('respond for a database that is closed to the caller as for an unknown one', async () => {
    for (const id of ['closed', 'unknown']) {
      const detail = `No database found with id '${id}'`;
      for (const send of [
        get(`/sessions?db_id=${id}&cursor=`),
        search(`db_id=${id}`, { filter: eq('user_id', 'ann') }),
      ]) {
        const { status, json } = await same(send);
        expect([status, json]).toEqual([404, { detail }]);
      }
    }
  });

  it('reject a cursor of another database', async () => {
    const service = services[0] as ServerProcess;
    const cursor = ((await get('/sessions?db_id=one&limit=2&cursor=')(service)).json as List).meta.next_cursor;
    expect((await get(`/sessions?db_id=two&limit=2&cursor=${cursor}`)(service)).status).toBe(400);
    expect((await get(`/sessions?db_id=one&limit=2&cursor=${cursor}`)(service)).status).toBe(200);
  });

  it('are denied without a token', async () => {
    const service = services[0] as ServerProcess;
    expect((await call(service.baseUrl, '/sessions?cursor=')).status).toBe(401);
    expect((await call(service.baseUrl, '/sessions/search', { method: 'POST', body: {} })).status).toBe(401);
  });
});
