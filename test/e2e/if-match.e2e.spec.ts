import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

const STALE = { detail: 'The session has changed: If-Match does not contain its current ETag' };
const NOT_VALID = 'The If-Match header must be * or a list of entity tags in double quotes';
const OTHER = '"other"';

/** The conditional requests: PATCH, rename and DELETE of the session `{id}`. */
const CHANGES: readonly (readonly [method: string, path: string, body: object | undefined, applied: number])[] = [
  ['PATCH', '/sessions/{id}', { session_name: 'new' }, 200],
  ['POST', '/sessions/{id}/rename', { session_name: 'new' }, 200],
  ['DELETE', '/sessions/{id}', undefined, 204],
];

describe('If-Match', () => {
  let databases: LayoutDatabases;
  let open: ServerProcess;
  let isolated: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    const env = { AGNO_SESSION_DSN_MAP: databases.dsnMap };
    [open, isolated] = await Promise.all([
      startSessionService(env),
      startSessionService({
        ...env,
        ...ISOLATING_SETTINGS,
      }),
    ]);
  });
  afterAll(() => Promise.all([open.stop(), isolated.stop()]));

  const tagOf = async (path: string) => (await call(open.baseUrl, `${path}&view=editable`)).headers.get('etag') ?? '';

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const url = (path: string) => `${path}${path.includes('?') ? '&' : '?'}db_id=${layout}`;
    const create = (session_id: string, more: object = {}) =>
      call(open.baseUrl, url('/sessions'), {
        method: 'POST',
        body: { session_id, session_name: 'old', session_state: { n: 1.0 }, ...more },
      });
    const send = (method: string, path: string, body: unknown, tag?: string): Promise<ApiResponse> =>
      call(open.baseUrl, url(path), {
        method,
        ...(body === undefined ? {} : { body }),
        ...(tag === undefined ? {} : { headers: { 'if-match': tag } }),
      });
    const rows = () =>
      databases[layout].sql(
        'SELECT session_id, session_data::text, metadata::text, summary::text, updated_at FROM ai.agno_sessions ORDER BY 1',
      );
    const tag = (id: string) => tagOf(url(`/sessions/${id}`));

    it.each(CHANGES)(
      'lets %s %s through when the tag is current, in a list too',
      async (method, path, body, status) => {
        await create('current');
        const target = path.replace('{id}', 'current');
        const reply = await send(method, target, body, `W/"x", ${OTHER}, ${await tag('current')}`);
        expect(reply.status).toBe(status);
        if (status === 204) expect((await send('GET', '/sessions/current', undefined)).status).toBe(404);
        else {
          expect(reply.json).toMatchObject({ session_name: 'new', session_state: { n: 1 } });
          expect(reply.headers.get('etag')).toBe(await tag('current'));
        }
      },
    );

    it.each(CHANGES)(
      'responds 412 to %s %s and changes nothing when a value has changed',
      async (method, path, body) => {
        await create('stale');
        const target = path.replace('{id}', 'stale');
        const old = await tag('stale');
        await send('PATCH', '/sessions/stale', { metadata: { changed: method } });
        const before = await rows();
        for (const condition of [old, OTHER, `W/${await tag('stale')}`, '', ',']) {
          const reply = await send(method, target, body, condition);
          expect([reply.status, reply.json, reply.headers.get('etag')]).toEqual([412, STALE, null]);
        }
        expect(await rows()).toEqual(before);
        await send('DELETE', '/sessions/stale', undefined);
      },
    );

    it.each(CHANGES)(
      'lets %s %s through with *, and responds as before when the session is missing',
      async (method, path, body, status) => {
        await create('any');
        expect((await send(method, path.replace('{id}', 'any'), body, '*')).status).toBe(status);
        for (const condition of [undefined, '*', OTHER]) {
          const reply = await send(method, path.replace('{id}', 'absent'), body, condition);
          expect(reply.status).toBe(status === 204 ? 204 : 404);
        }
        await send('DELETE', '/sessions/any', undefined);
      },
    );

    it.each(CHANGES)(
      "responds to %s %s of another user's session as to that of a missing one",
      async (method, path, body) => {
        await create('bobs', { user_id: 'bob' });
        const conditions = ['*', OTHER, await tag('bobs')];
        const before = await rows();
        const headers = {
          authorization: `Bearer ${hs256Token({ sub: 'ann', scopes: ['sessions:write', 'sessions:delete'] })}`,
        };
        for (const condition of conditions) {
          const seen = await Promise.all(
            ['bobs', 'absent'].map(async (id) => {
              const reply = await call(isolated.baseUrl, url(path.replace('{id}', id)), {
                method,
                ...(body === undefined ? {} : { body }),
                headers: { ...headers, 'if-match': condition },
              });
              return [reply.status, reply.text.replaceAll(id, '{id}'), reply.headers.get('etag')];
            }),
          );
          expect(seen[0]).toEqual(seen[1]);
          expect(seen[0]?.[0]).not.toBe(412);
        }
        expect(await rows()).toEqual(before);
        await send('DELETE', '/sessions/bobs', undefined);
      },
    );

    it('responds 404 to a rename with another type, whatever the tag', async () => {
      await create('typed');
      for (const condition of [undefined, OTHER, await tag('typed')]) {
        expect((await send('POST', '/sessions/typed/rename?type=team', { session_name: 'n' }, condition)).status).toBe(
          404,
        );
      }
    });

    it('compares under the lock of the row: a change that commits meanwhile is not overwritten', async () => {
      await create('raced');
      const old = await tag('raced');
      for (const [method, path, body] of CHANGES) {
        const other = await databases[layout].begin();
        await other.sql(`UPDATE ai.agno_sessions SET metadata = '{"by": "${method}"}' WHERE session_id = 'raced'`);
        const waiting = send(
          method,
          path.replace('{id}', 'raced'),
          body,
          method === 'PATCH' ? old : await tag('raced'),
        );
        await until(async () => (await databases[layout].lockWaiters()) === 1);
        await other.commit();
        expect((await waiting).status).toBe(412);
        expect((await send('GET', '/sessions/raced', undefined)).json).toMatchObject({
          session_name: 'old',
          metadata: { by: method },
        });
      }
    });

    it('lets exactly one of several clients through that have read the same tag', async () => {
      await create('shared');
      for (let round = 0; round < 5; round++) {
        const read = await tag('shared');
        const replies = await Promise.all(
          Array.from({ length: 8 }, (_, n) => send('PATCH', '/sessions/shared', { session_state: { round, n } }, read)),
        );
        expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
      }
    });
  });

  it('does not need a lock that a run in progress holds', async () => {
    await call(open.baseUrl, '/sessions?db_id=v3', { method: 'POST', body: { session_id: 'running' } });
    const run = await databases.v3.begin();
    await run.sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at)
      VALUES ('r', 'running', 'agent', '{}', 1)`);
    const headers = { 'if-match': await tagOf('/sessions/running?db_id=v3') };
    const body = { session_name: 'new' };
    const reply = await call(open.baseUrl, '/sessions/running?db_id=v3', { method: 'PATCH', headers, body });
    expect(reply.status).toBe(200);
  });

  it('is not in a response without the header', async () => {
    await call(open.baseUrl, '/sessions?db_id=v3', { method: 'POST', body: { session_id: 'plain' } });
    for (const [method, path, body] of CHANGES.slice(0, 2)) {
      const reply = await call(open.baseUrl, `${path.replace('{id}', 'plain')}?db_id=v3`, { method, body });
      expect([reply.status, reply.headers.get('etag')]).toEqual([200, null]);
    }
  });

  describe.each(CHANGES)('with a hostile value on %s %s', (method, path, body) => {
    const respond = async (condition: string) => {
      const reply = await call(open.baseUrl, `${path.replace('{id}', 'hostile')}?db_id=v3`, {
        method,
        body,
        headers: { 'if-match': condition },
      });
      return [reply.status, reply.text === '' ? undefined : (reply.json as { detail?: unknown }).detail];
    };

    /** Node accepts 16 KiB of headers. */
    const LONG = 15_000;
    const STALE_LISTS = {
      'thousands of other tags': '"x",'.repeat(LONG / 4),
      'thousands of weak tags': 'W/"x",'.repeat(LONG / 6),
      'thousands of empty tags': '"",'.repeat(LONG / 3),
      'only commas': ','.repeat(LONG),
      'blanks and commas': ' ,\t'.repeat(LONG / 3),
      'one long tag': `"${'x'.repeat(LONG)}"`,
      'one tag that is not ASCII': `"${'\xe9'.repeat(LONG / 2)}"`,
      'a tag with a quote of SQL': `"'OR/**/true--"`,
      'the tag of another body': '"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"',
    };
    const INVALID_LISTS = {
      'only quotes': '"'.repeat(LONG + 1),
      'tags without commas': '"x" '.repeat(LONG / 4),
      'thousands of stars': '*,'.repeat(LONG / 2),
      'an open tag behind thousands': `${'"x",'.repeat(LONG / 4)}"`,
      'blanks before a word': `"x"${' '.repeat(LONG)}x`,
      'a character outside of quotes': '\xe9',
      'a tag without quotes': '0',
      JSON: '["x"]',
    };

    it('responds 412 to valid lists without the current tag, 400 to malformed ones, 431 to headers that are too large, and changes nothing', async () => {
      const session = { session_id: 'hostile', session_name: 'kept' };
      await call(open.baseUrl, '/sessions?db_id=v3', { method: 'POST', body: session });
      for (const [name, value] of Object.entries(STALE_LISTS))
        expect([name, ...(await respond(value))]).toEqual([name, 412, STALE.detail]);
      for (const [name, value] of Object.entries(INVALID_LISTS))
        expect([name, ...(await respond(value))]).toEqual([name, 400, NOT_VALID]);
      expect((await respond('"x",'.repeat(5_000)))[0]).toBe(431);
      expect((await call(open.baseUrl, '/sessions/hostile?db_id=v3')).json).toMatchObject({ session_name: 'kept' });
    });

    it('finds the current tag behind thousands of others', async () => {
      await call(open.baseUrl, '/sessions?db_id=v3', { method: 'POST', body: { session_id: 'hostile' } });
      const current = await tagOf('/sessions/hostile?db_id=v3');
      expect((await respond(`${'"x",'.repeat(LONG / 4)}${current}`))[0]).toBeLessThan(300);
      await call(open.baseUrl, '/sessions/hostile?db_id=v3', { method: 'DELETE' });
    });
  });

  it.each(CHANGES)('rejects %s %s with a header that is not valid', async (method, path, body) => {
    const headers = { 'if-match': 'abc' };
    const reply = await call(open.baseUrl, `${path.replace('{id}', 'plain')}?db_id=v3`, { method, body, headers });
    expect([reply.status, reply.json]).toEqual([400, { detail: NOT_VALID }]);
  });
});
