import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { type ApiResponse, call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

const ALL = ['sessions:read', 'sessions:write', 'sessions:delete'];
const DATABASES = ['v3', 'v2', 'mixed'] as const;
const RUN = { run_id: 'run', agent_id: 'a', messages: [{ id: 'm', role: 'user', content: 'hush', created_at: 1 }] };

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

/** Requests to every route of a session. The tests replace `{id}` by a session id. */
const ROUTES: readonly (readonly [
  method: string,
  path: string,
  body: object | undefined,
  headers: Record<string, string>,
])[] = (
  [
    ['GET', '/sessions/{id}'],
    ['GET', '/sessions/{id}?user_id=bob'],
    ['GET', '/sessions/{id}?type=team'],
    ['GET', '/sessions/{id}?view=editable'],
    ['GET', '/sessions/{id}?view=editable&type=agent&user_id=bob'],
    ['GET', '/sessions/{id}?chat_history=false'],
    ['GET', '/sessions/{id}/runs'],
    ['GET', '/sessions/{id}/runs?status=RUNNING'],
    ['GET', '/sessions/{id}/runs?cursor=&user_id=bob'],
    ['GET', '/sessions/{id}/runs?cursor=x'],
    ['GET', '/sessions/{id}/runs?page=1&top_level=true'],
    ['GET', '/sessions/{id}/runs?order=desc&parent_run_id=p'],
    ['GET', '/sessions/{id}/run-previews'],
    ['GET', '/sessions/{id}/run-previews?page=2&status=RUNNING'],
    ['GET', '/sessions/{id}/messages'],
    ['GET', '/sessions/{id}/messages?include=tools,members,reasoning&format=ai-sdk&order=asc&user_id=bob'],
    ['GET', '/sessions/{id}/runs/run-{id}'],
    ['GET', '/sessions/{id}/runs/none'],
    ['PATCH', '/sessions/{id}', { session_name: 'taken over' }],
    ['PATCH', '/sessions/{id}?user_id=bob', { session_state: {}, metadata: {}, user_id: 'ann' }],
    ['PATCH', '/sessions/{id}', { session_name: 7 }],
    ['PATCH', '/sessions/{id}', { metadata: { a: 1 } }, MERGE_PATCH],
    ['PATCH', '/sessions/{id}?user_id=bob', { session_state: null }, { ...MERGE_PATCH, 'if-match': '"x"' }],
    ['PATCH', '/sessions/{id}', { session_name: 'taken over' }, { 'if-match': '*' }],
    ['POST', '/sessions/{id}/rename', { session_name: 'taken over' }, { 'if-match': '"x"' }],
    ['DELETE', '/sessions/{id}', undefined, { 'if-match': '"x"' }],
    ['POST', '/sessions/{id}/rename', { session_name: 'taken over' }],
    ['POST', '/sessions/{id}/rename?type=agent&user_id=bob', { session_name: 'taken over' }],
    ['DELETE', '/sessions/{id}'],
    ['DELETE', '/sessions/{id}?user_id=bob'],
    ['DELETE', '/sessions?user_id=bob', { session_ids: ['{id}'], session_types: ['agent'] }],
  ] satisfies [string, string, object?, Record<string, string>?][]
).map(([method, path, body, headers = {}]) => [method, path, body, headers]);

describe('the service with user isolation', () => {
  const databases = new Map<string, ScratchDatabase>();
  let service: ServerProcess;

  beforeAll(async () => {
    for (const id of DATABASES) databases.set(id, await createScratchDatabase());
    await databases.get('v2')?.sql(V2_TABLES);
    await databases.get('mixed')?.sql(V2_TABLES);
    const seeding = await startSessionService({ AGNO_SESSION_DSN_MAP: dsnMap() });
    for (const id of DATABASES) {
      for (const [session_id, user_id] of [
        ['mine', 'ann'],
        ['theirs', 'bob'],
        ['nobodys', undefined],
      ]) {
        if (id === 'mixed' && session_id === 'theirs') await databases.get('mixed')?.sql(UPGRADE_TO_V3);
        const body = {
          session_id,
          user_id,
          session_name: `S ${session_id}`,
          runs: [{ ...RUN, run_id: `run-${session_id}` }],
        };
        const { status, text } = await call(seeding.baseUrl, `/sessions?db_id=${id}`, { method: 'POST', body });
        expect(`${status} ${text}`).toMatch(/^201/);
      }
    }
    await seeding.stop();
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: dsnMap(),
      ...ISOLATING_SETTINGS,
    });
  });
  afterAll(() => service.stop());

  function dsnMap(): string {
    return JSON.stringify(Object.fromEntries([...databases].map(([id, { dsn }]) => [id, dsn])));
  }

  function as(sub: string, scopes: readonly string[] = ALL) {
    const authorization = `Bearer ${hs256Token({ sub, scopes })}`;
    return (method: string, path: string, body?: unknown, headers = {}): Promise<ApiResponse> =>
      call(service.baseUrl, path, {
        method,
        headers: { authorization, ...headers },
        ...(body === undefined ? {} : { body }),
      });
  }

  async function rowsOf(database: string): Promise<unknown> {
    const sessions = `SELECT s::text FROM ai.agno_sessions s ORDER BY session_id`;
    const hasRuns = await databases.get(database)?.sql("SELECT 1 FROM pg_tables WHERE tablename = 'agno_runs'");
    const runs = `SELECT r::text FROM ai.agno_runs r ORDER BY run_id`;
    return [
      await databases.get(database)?.sql(sessions),
      hasRuns?.length === 0 ? [] : await databases.get(database)?.sql(runs),
    ];
  }

  /** Status, headers and body, with the session id replaced and without the headers that differ in every response. */
  function visible(reply: ApiResponse, id: string): unknown {
    const headers = Object.fromEntries(reply.headers);
    for (const name of ['date', 'x-request-id', 'content-length']) delete headers[name];
    return { status: reply.status, headers, body: reply.text.replaceAll(id, '{id}') };
  }

  describe.each(DATABASES)('on tables of the layout %s', (database) => {
    it.each(ROUTES)(
      "responds to %s %s for another user's session as for a missing one, and changes no row",
      async (method, path, body, headers) => {
        const ann = as('ann');
        const before = await rowsOf(database);
        const seen = [];
        for (const id of ['theirs', 'nobodys', 'absent']) {
          const url = path.replaceAll('{id}', id);
          const reply = await ann(
            method,
            `${url}${url.includes('?') ? '&' : '?'}db_id=${database}`,
            body && JSON.parse(JSON.stringify(body).replaceAll('{id}', id)),
            headers,
          );
          seen.push(visible(reply, id));
        }
        expect(seen[0]).toEqual(seen[2]);
        expect(seen[1]).toEqual(seen[2]);
        expect(await rowsOf(database)).toEqual(before);
      },
    );

    it("serves the caller's own session on every read route", async () => {
      for (const path of ['?', '/runs?', '/runs?cursor=', '/runs?page=1', '/run-previews?', '/runs/run-mine?']) {
        expect((await as('ann')('GET', `/sessions/mine${path}&db_id=${database}&user_id=bob`)).status).toBe(200);
      }
    });

    it.each(['', '&user_id=bob', '&user_id=', '&session_name=S', '&type=agent'])(
      "lists and counts only the caller's own sessions (query filter: %j)",
      async (filter) => {
        const { json } = await as('ann')('GET', `/sessions?db_id=${database}&limit=100${filter}`);
        const { data, meta } = json as { data: { session_id: string }[]; meta: { total_count: number } };
        expect(data.map(({ session_id }) => session_id)).toEqual(['mine']);
        expect(meta.total_count).toBe(1);
      },
    );

    it("makes the caller the owner of a new session, and does not disclose in a 409 that another user's session has the id", async () => {
      const created = await as('zoe')('POST', `/sessions?db_id=${database}&user_id=bob`, {
        session_id: 'zoes',
        user_id: 'bob',
      });
      expect(created.json).toMatchObject({ user_id: 'zoe' });
      const own = await as('zoe')('POST', `/sessions?db_id=${database}`, { session_id: 'zoes' });
      expect(own.text).toContain('already exists');
      for (const session_id of ['theirs', 'nobodys']) {
        const foreign = await as('zoe')('POST', `/sessions?db_id=${database}`, { session_id });
        expect(foreign.status).toBe(409);
        expect(foreign.json).toEqual({
          detail:
            'Could not create a session with the supplied session_id. Omit session_id to have one generated, or choose a different one.',
        });
      }
      expect((await as('zoe')('DELETE', `/sessions/zoes?db_id=${database}`)).status).toBe(204);
    });

    it('gives the same response to a create with a taken run id, whoever owns the session that has it', async () => {
      const zoe = as('zoe');
      const create = (session_id: string, run_id: string) =>
        zoe('POST', `/sessions?db_id=${database}`, { session_id, runs: [{ ...RUN, run_id }] });
      expect((await create('zoes', 'run-zoes')).status).toBe(201);
      for (const run of ['run-zoes', 'run-theirs', 'run-nobodys']) {
        const { status, json } = await create('again', run);
        // Runs in the column of the sessions table need no unique ids.
        if (database === 'v2') expect(status).toBe(201);
        else {
          const detail = 'A run with one of the supplied run_ids already exists';
          expect([status, json]).toEqual([409, { detail }]);
        }
        await zoe('DELETE', `/sessions/again?db_id=${database}`);
      }
      await zoe('DELETE', `/sessions/zoes?db_id=${database}`);
    });

    it("deletes only the caller's own sessions when a bulk delete also names sessions of other users", async () => {
      await as('zoe')('POST', `/sessions?db_id=${database}`, { session_id: 'zoes' });
      const body = { session_ids: ['zoes', 'theirs', 'nobodys'], session_types: ['agent', 'agent', 'agent'] };
      expect((await as('zoe')('DELETE', `/sessions?db_id=${database}&user_id=bob`, body)).status).toBe(204);
      const left = await databases.get(database)?.sql('SELECT session_id FROM ai.agno_sessions ORDER BY 1');
      expect(left?.map((row) => row['session_id'])).toEqual(['mine', 'nobodys', 'theirs']);
    });

    it("lists the sessions of all users for an admin, and applies the admin's user_id filter", async () => {
      const admin = as('ann', ['agent_os:admin']);
      expect((await admin('GET', `/sessions?db_id=${database}`)).json).toMatchObject({ meta: { total_count: 3 } });
      expect((await admin('GET', `/sessions?db_id=${database}&user_id=bob`)).json).toMatchObject({
        meta: { total_count: 1 },
      });
    });
  });

  it('responds 403 to a token without a user id', async () => {
    for (const claims of [{ scopes: ALL }, { scopes: ALL, sub: '' }]) {
      const headers = { authorization: `Bearer ${hs256Token(claims)}` };
      const reply = await call(service.baseUrl, '/sessions/mine', { headers });
      expect([reply.status, reply.json]).toEqual([403, { detail: 'Authenticated request is missing a user identity' }]);
    }
  });
});
