import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';

const MERGE_PATCH = 'application/merge-patch+json';

describe('PATCH with application/merge-patch+json', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;
  let another: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    const env = { AGNO_SESSION_DSN_MAP: databases.dsnMap };
    [service, another] = await Promise.all([startSessionService(env), startSessionService(env)]);
  });
  afterAll(() => Promise.all([service.stop(), another.stop()]));

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    /** `body` is sent as text, so that its numbers keep their form. */
    const patch = async (id: string, body: string, headers: Record<string, string> = {}, by = service) => {
      const response = await fetch(`${by.baseUrl}/sessions/${id}?db_id=${layout}`, {
        method: 'PATCH',
        headers: { 'content-type': MERGE_PATCH, ...headers },
        body,
      });
      return { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
    };
    const insert = (id: string, columns: Record<string, string | null>, type = 'agent') => {
      const names = Object.keys(columns);
      return databases[layout].sql(
        `INSERT INTO ai.agno_sessions (session_id, session_type, created_at${names.map((name) => `, ${name}`).join('')})
          VALUES ($1, $2, 1${names.map((_, index) => `, $${index + 3}`).join('')})`,
        [id, type, ...Object.values(columns)],
      );
    };
    const stored = async (id: string) =>
      (
        await databases[layout].sql(
          'SELECT session_data::text AS data, metadata::text, updated_at > 1 AS touched FROM ai.agno_sessions WHERE session_id = $1',
          [id],
        )
      )[0];
    const state = async (id: string) => JSON.parse(String((await stored(id))?.['data'])).session_state as unknown;
    const metadata = async (id: string) => JSON.parse(String((await stored(id))?.['metadata'])) as unknown;
    const get = (path: string): Promise<ApiResponse> => call(service.baseUrl, `/sessions/${path}db_id=${layout}`);

    it('merges objects recursively, removes nulls, and keeps everything else with its digits', async () => {
      await insert('merged', {
        session_data:
          '{"session_name": "N", "session_state": {"n": 1.0, "big": 12345678901234567890, "o": {"a": 1.50, "b": 2, "l": [1]}}, "session_metrics": {"total_tokens": 3}}',
        metadata: '{"keep": 1.10, "drop": {"x": 1}}',
        summary: '{"summary": "S"}',
      });
      const body =
        '{"session_state":{"o":{"b":null,"c":{"d":null,"e":2.50},"l":[null,{"x":null}]}},"metadata":{"drop":null}}';
      const reply = await patch('merged', body);
      expect(reply.status).toBe(200);
      const row = await stored('merged');
      expect(row?.['touched']).toBe(true);
      expect(JSON.parse(String(row?.['data']))).toEqual({
        session_name: 'N',
        session_state: JSON.parse(
          '{"n": 1, "big": 12345678901234567890, "o": {"a": 1.5, "c": {"e": 2.5}, "l": [null, {"x": null}]}}',
        ),
        session_metrics: { total_tokens: 3 },
      });
      expect(row?.['data']).toContain('12345678901234567890');
      expect(row?.['data']).toMatch(/"n": 1\.0[,}].*"a": 1\.50[,}]/);
      expect(row?.['metadata']).toBe('{"keep": 1.10}');
      const view = await get('merged?view=editable&');
      expect([reply.etag, view.status]).toEqual([view.headers.get('etag'), 200]);
      expect(reply.text).toContain('"session_summary":{"summary":"S"}');
    });

    it('empties an object with null, and sets the name and the summary as any PATCH', async () => {
      await insert('emptied', {
        session_data: '{"session_name": "N", "session_state": {"a": 1}}',
        metadata: '{"a": 1}',
      });
      await patch('emptied', '{"session_state":null,"session_name":null,"summary":null}');
      expect([await state('emptied'), await metadata('emptied')]).toEqual([{}, { a: 1 }]);
      const body = '{"metadata":null,"session_name":"new","summary":{"summary":"S"}}';
      expect(JSON.parse((await patch('emptied', body)).text)).toMatchObject({
        session_name: 'new',
        session_summary: { summary: 'S' },
        session_state: {},
        metadata: {},
      });
      expect(await metadata('emptied')).toEqual({});
    });

    it('merges into `{}` where there is no object', async () => {
      await insert('absent-values', { session_data: null, metadata: 'null' });
      await patch('absent-values', '{"session_state":{"a":{"b":null}},"metadata":{"c":1}}');
      expect([await state('absent-values'), await metadata('absent-values')]).toEqual([{ a: {} }, { c: 1 }]);
      await insert('list-values', { session_data: '{"session_state": [1]}', metadata: '"text"' });
      await patch('list-values', '{"session_state":{},"metadata":{}}');
      expect([await state('list-values'), await metadata('list-values')]).toEqual([{}, {}]);
      await insert('list-data', { session_data: '[1]' });
      await patch('list-data', '{"session_state":{"a":1}}');
      expect(await state('list-data')).toEqual({ a: 1 });
    });

    it('neither sets nor removes the reserved keys and the derived label of the metadata', async () => {
      const reserved = { agno_dispatch_depth: 1, agno_component_version: 'v' };
      await insert('reserved', { metadata: JSON.stringify({ ...reserved, a: 1, sdk: 'own' }) });
      await patch('reserved', '{"metadata":{"agno_dispatch_depth":null,"agno_dispatch_chain":[1],"a":2}}');
      expect(await metadata('reserved')).toEqual({ ...reserved, a: 2, sdk: 'own' });
      await patch('reserved', '{"metadata":{"agno_dispatch_depth":5}}');
      expect(await metadata('reserved')).toEqual({ ...reserved, a: 2, sdk: 'own' });
      await patch('reserved', '{"metadata":null}');
      expect(await metadata('reserved')).toEqual(reserved);

      await insert('labelled', { metadata: '{"sdk": "own", "a": 1}', agent_data: '{"framework": "langgraph"}' });
      const shown = JSON.parse((await get('labelled?')).text).metadata;
      expect(shown).toEqual({ sdk: 'langgraph', a: 1 });
      await patch('labelled', JSON.stringify({ metadata: { ...shown, b: 2 } }));
      expect(await metadata('labelled')).toEqual({ sdk: 'own', a: 1, b: 2 });
      await patch('labelled', '{"metadata":{"sdk":null}}');
      await patch('labelled', '{"metadata":null}');
      expect(await metadata('labelled')).toEqual({ sdk: 'own' });
    });

    it('keeps all of 100 keys from each of two clients that patch through two processes at once', async () => {
      await insert('raced', { session_data: '{"session_state": {"nested": {}}}', metadata: '{}' });
      const bodies = Array.from({ length: 100 }, (_, n) => n);
      const send = (by: ServerProcess, client: string) =>
        bodies.map((n) =>
          patch(
            'raced',
            `{"session_state":{"nested":{"${client}${n}":${n}}},"metadata":{"${client}${n}":${n}}}`,
            {},
            by,
          ),
        );
      const replies = await Promise.all([...send(service, 'a'), ...send(another, 'b')]);
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
      const { nested } = (await state('raced')) as { nested: object };
      expect(Object.keys(nested)).toHaveLength(200);
      expect(Object.keys((await metadata('raced')) as object)).toHaveLength(200);
    });

    it('merges with the values of a transaction that commits while it waits', async () => {
      await insert('waiting', { session_data: '{"session_state": {"a": 1}}' });
      const other = await databases[layout].begin();
      await other.sql(
        `UPDATE ai.agno_sessions SET session_data = '{"session_state": {"a": 1, "b": 2}}' WHERE session_id = 'waiting'`,
      );
      const waiting = patch('waiting', '{"session_state":{"c":3}}');
      await until(async () => (await databases[layout].lockWaiters()) === 1);
      await other.commit();
      expect((await waiting).status).toBe(200);
      expect(await state('waiting')).toEqual({ a: 1, b: 2, c: 3 });
    });

    it('responds 412 to a stale If-Match, and merges with a current one', async () => {
      await insert('conditional', { metadata: '{"a": 1}' });
      const etag = (await get('conditional?view=editable&')).headers.get('etag') ?? '';
      expect((await patch('conditional', '{"metadata":{"b":1}}', { 'if-match': etag })).status).toBe(200);
      expect((await patch('conditional', '{"metadata":{"c":1}}', { 'if-match': etag })).status).toBe(412);
      expect(await metadata('conditional')).toEqual({ a: 1, b: 1 });
    });

    it('treats a workflow session as any PATCH does', async () => {
      await insert('flow', { session_data: '{"session_state": {"a": 1}}', summary: '{"summary": "S"}' }, 'workflow');
      const { status, text } = await patch('flow', '{"session_state":{"b":2},"summary":{"summary":"ignored"}}');
      expect([status, JSON.parse(text)]).toMatchObject([200, { session_state: { a: 1, b: 2 }, metadata: {} }]);
      expect(await databases[layout].sql("SELECT summary FROM ai.agno_sessions WHERE session_id = 'flow'")).toEqual([
        { summary: { summary: 'S' } },
      ]);
    });

    it('rejects what a PATCH rejects, and changes nothing', async () => {
      await insert('rejecting', { session_data: '{"session_state": {"a": 1}}' });
      for (const [body, status] of [
        ['[]', 422],
        ['null', 422],
        ['"text"', 422],
        ['', 422],
        ['{"session_state":[]}', 422],
        ['{"metadata":"text"}', 422],
        ['{"session_name":5}', 422],
        ['{"summary":{}}', 422],
        ['{"session_state":{"\\u0000":1}}', 422],
        ['{"session_state":{"a":1e999}}', 422],
        [`{"metadata":${'{"a":'.repeat(969)}1${'}'.repeat(969)}}`, 400],
        ['{"metadata":', 422],
      ] as const) {
        const reply = await patch('rejecting', body);
        expect([body.slice(0, 40), reply.status]).toEqual([body.slice(0, 40), status]);
      }
      expect(await stored('rejecting')).toMatchObject({ touched: null });
      expect((await patch('absent', '{"session_state":{"a":1}}')).status).toBe(404);
      expect((await patch('absent', '[]')).status).toBe(422);
    });

    it.each(['APPLICATION/Merge-Patch+JSON; charset=latin1', ' application/merge-patch+json ;x=y'])(
      'accepts the content type %s',
      async (type) => {
        await databases[layout].sql("DELETE FROM ai.agno_sessions WHERE session_id = 'typed'");
        await insert('typed', { metadata: '{"a": 1}' });
        await patch('typed', '{"metadata":{"b":"ö"}}', { 'content-type': type });
        expect(await metadata('typed')).toEqual({ a: 1, b: 'ö' });
      },
    );

    it.each(['application/json', 'application/json-patch+json'])(
      'replaces objects with the content type %s',
      async (type) => {
        await databases[layout].sql("DELETE FROM ai.agno_sessions WHERE session_id = 'replaced'");
        await insert('replaced', { metadata: '{"a": 1}', session_data: '{"session_state": {"a": 1}}' });
        const body = '{"metadata":{"b":null},"session_state":null}';
        expect(await patch('replaced', body, { 'content-type': type })).toMatchObject({ status: 200, etag: null });
        expect([await metadata('replaced'), await state('replaced')]).toEqual([{ b: null }, { a: 1 }]);
      },
    );

    it('merges a patch and a state that are as deep as a body may be', async () => {
      const deep = (value: string) => `${'{"a":'.repeat(960)}${value}${'}'.repeat(960)}`;
      await insert('deep', { session_data: `{"session_state": ${deep('{"x": 1}')}}` });
      expect((await patch('deep', `{"session_state":${deep('{"y":2}')}}`)).status).toBe(200);
      expect(JSON.stringify(await state('deep'))).toBe(deep('{"x":1,"y":2}'));
    });
  });

  it('merges with a stored state that is larger than a body may be', async () => {
    await databases.v3.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, session_data, created_at)
        SELECT 'large', 'agent', jsonb_build_object('session_state', jsonb_build_object('n', 1.0, 'text', repeat('x', 40000000))), 1`,
    );
    const response = await fetch(`${service.baseUrl}/sessions/large?db_id=v3`, {
      method: 'PATCH',
      headers: { 'content-type': MERGE_PATCH },
      body: '{"session_state":{"m":2,"n":null}}',
    });
    const text = await response.text();
    expect([response.status, text.length > 40_000_000]).toEqual([200, true]);
    const [row] = await databases.v3.sql(
      `SELECT (session_data->'session_state') - 'text' AS rest, length(session_data->'session_state'->>'text') AS length
        FROM ai.agno_sessions WHERE session_id = 'large'`,
    );
    expect(row).toEqual({ rest: { m: 2 }, length: 40_000_000 });
  });

  it('keeps values of a json column that jsonb and clients cannot have', async () => {
    const database = databases.json;
    const data =
      '{"session_state": {"nul": "a\\u0000b", "\\u0000k": "\\ud800", "huge": 1e400, "exp": 1e5, "dup": 1, "dup": {"x": 1}, "mark": "\\u001a0041"}}';
    await database.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, session_data, metadata, created_at) VALUES ('text', 'agent', $1, $2, 1)`,
      [data, '  {"b" : 1e5, "a" : 2} '],
    );
    const response = await fetch(`${service.baseUrl}/sessions/text?db_id=json`, {
      method: 'PATCH',
      headers: { 'content-type': MERGE_PATCH },
      body: '{"session_state":{"dup":{"y":2},"new":1.0},"metadata":{"c":null}}',
    });
    expect(response.status).toBe(200);
    const [row] = await database.sql(
      "SELECT session_data::text AS data, metadata::text FROM ai.agno_sessions WHERE session_id = 'text'",
    );
    expect(row?.['data']).toBe(
      '{"session_state": {"nul": "a\\u0000b", "\\u0000k": "\\ud800", "huge": 1e400, "exp": 1e5, "dup": {"y":2}, "dup": {"x": 1, "y":2}, "mark": "\\u001a0041", "new":1.0}}',
    );
    expect(row?.['metadata']).toBe('{"b" : 1e5, "a" : 2}');
  });
});
