import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { type ApiResponse, call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

/** `known`: characters that the encoding of the database has; `unknown`: a character that it does not have. */
const ENCODINGS = [
  { encoding: 'LATIN1', layout: '3.x', known: 'é', unknown: '€' },
  { encoding: 'LATIN1', layout: '2.x', known: 'é', unknown: '€' },
  { encoding: 'WIN1252', layout: '3.x', known: '€', unknown: 'ł' },
  { encoding: 'EUC_JP', layout: '3.x', known: '日本', unknown: '😀' },
];

const TOOL_RESULTS = `CREATE SCHEMA fs;
  CREATE TABLE fs.agno_fs (namespace varchar, path varchar, PRIMARY KEY (namespace, path));
  CREATE TABLE ai.agno_tool_results (result_id varchar PRIMARY KEY, namespace varchar, path varchar, session_id varchar);`;

function runs(text: string): object[] {
  const messages = [{ id: `m${text}`, role: 'user', content: `said ${text}`, created_at: 1 }];
  return [{ run_id: `run${text}`, agent_id: `a${text}`, status: 'COMPLETED', input: { [text]: text }, messages }];
}

function session(text: string): object {
  const [session_id, user_id, agent_id] = [`s${text}`, `u${text}`, `a${text}`];
  const named = { session_name: `name ${text}`, session_state: { [text]: [text] }, metadata: { [text]: text } };
  return { session_id, user_id, agent_id, ...named, summary: { summary: text, topics: [text] }, runs: runs(text) };
}

/** A request to every route with the text in every parameter. */
function everyRequest(text: string): [method: string, path: string, body?: object][] {
  const value = encodeURIComponent(text);
  const path = `/sessions/s${value}`;
  const ids = [`s${text}`, 'plain', `unnamed${text}`];
  return [
    ['POST', '/sessions', session(text)],
    ['POST', '/sessions', session(text)],
    ['POST', '/sessions', { session_id: `unnamed${text}`, runs: [{ run_id: 'r', input: `hello ${text}` }] }],
    ['POST', '/sessions', { session_id: 'plain' }],
    ['GET', '/sessions?sort_by=session_id'],
    ['GET', `/sessions?user_id=u${value}&component_id=a${value}&session_name=${value}&type=agent&sort_by=${value}`],
    ['GET', path],
    ['GET', `${path}?user_id=u${value}`],
    ['GET', `${path}/runs`],
    ['GET', `${path}/runs?status=COMPLETED`],
    ['GET', `${path}/runs?cursor=&order=desc`],
    ['GET', `${path}/runs?page=1&parent_run_id=${value}`],
    ['GET', `${path}/run-previews`],
    ['GET', `${path}/messages?format=ai-sdk&include=tools,members,reasoning`],
    ['GET', `${path}/runs/run${value}`],
    ['PATCH', `${path}?user_id=u${value}`, { session_name: text, session_state: { [text]: 1 }, metadata: { a: text } }],
    ['PATCH', path, { summary: { summary: text } }],
    ['POST', `${path}/rename`, { session_name: `new ${text}` }],
    ['DELETE', `/sessions/plain?user_id=u${value}`],
    ['DELETE', `${path}?user_id=u${value}`],
    ['DELETE', '/sessions', { session_ids: ids, session_types: ['agent', 'agent', 'agent'] }],
    ['GET', '/sessions'],
  ];
}

describe.each(ENCODINGS)('a $encoding database with tables of agno $layout', ({ encoding, layout, known, unknown }) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  const request = (path: string, method = 'GET', body?: object, dbId = 'other') =>
    call(service.baseUrl, `${path}${path.includes('?') ? '&' : '?'}db_id=${dbId}`, { method, body });
  const create = (body: object) => request('/sessions', 'POST', body);
  const ids = async () =>
    (await database.sql('SELECT session_id FROM ai.agno_sessions ORDER BY 1')).map((row) => row.session_id);

  beforeAll(async () => {
    database = await createScratchDatabase(encoding);
    const utf8 = await createScratchDatabase();
    for (const { sql } of [database, utf8]) {
      await sql(V2_TABLES);
      if (layout === '3.x') await sql(UPGRADE_TO_V3);
      await sql(TOOL_RESULTS);
    }
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ other: database.dsn, utf8: utf8.dsn }),
    });
  });
  afterAll(() => service.stop());
  beforeEach(() => database.sql('TRUNCATE ai.agno_sessions CASCADE'));

  it('responds like a UTF8 database to values within its encoding', async () => {
    for (const [method, path, body] of everyRequest(known)) {
      const [actual, expected] = [await request(path, method, body), await request(path, method, body, 'utf8')].map(
        ({ status, text }) => `${method} ${path} ${status} ${text.replace(/"(\w+ed_at)":"[^"]*"/g, '$1')}`,
      );
      expect(actual).toBe(expected);
      expect(actual).not.toMatch(/ (422|5\d\d) /);
    }
  });

  describe('given a value outside its encoding', () => {
    beforeEach(async () => {
      const body = { ...session(known), session_id: 's', user_id: 'u' };
      expect((await create(body)).status).toBe(201);
    });

    it.each([
      ['GET', '/sessions?user_id={x}'],
      ['GET', '/sessions?component_id={x}'],
      ['GET', '/sessions?component_id=a&type=team&user_id=a{x}'],
      ['GET', '/sessions?session_name={x}'],
      ['GET', '/sessions?db_id={x}'],
      ['GET', '/sessions?table={x}'],
      ['GET', '/sessions/{x}'],
      ['GET', '/sessions/{x}?type=workflow'],
      ['GET', '/sessions/s?user_id={x}'],
      ['GET', '/sessions/{x}/runs'],
      ['GET', '/sessions/s/runs?user_id={x}'],
      ['GET', '/sessions/{x}/run-previews'],
      ['GET', '/sessions/{x}/messages?include=members'],
      ['GET', '/sessions/s/run-previews?user_id={x}'],
      ['GET', '/sessions/{x}/runs?cursor='],
      ['GET', '/sessions/s/runs?parent_run_id={x}'],
      ['GET', '/sessions/s/runs?cursor=&order=desc&parent_run_id={x}'],
      ['GET', '/sessions/unknown/runs?page=1&parent_run_id={x}'],
      ['GET', '/sessions/{x}/runs/r'],
      ['GET', '/sessions/s/runs/{x}'],
      ['GET', '/sessions/s/runs/{x}?user_id=v'],
      ['GET', '/sessions/s/runs/{x}?user_id={x}'],
      ['GET', '/sessions/unknown/runs/{x}'],
      ['PATCH', '/sessions/{x}', { session_name: 'a' }],
      ['PATCH', '/sessions/s?user_id={x}', { session_name: 'a' }],
      ['POST', '/sessions/{x}/rename', { session_name: 'a' }],
      ['POST', '/sessions/s/rename?user_id={x}', { session_name: 'a' }],
      ['DELETE', '/sessions/{x}'],
      ['DELETE', '/sessions/s?user_id={x}'],
      ['DELETE', '/sessions?user_id={x}', { session_ids: ['s'], session_types: ['agent'] }],
    ] as const)('responds to %s %s as to the same request with NUL', async (method, path, body?: object) => {
      const requestWith = (text: string) => request(path.replaceAll('{x}', encodeURIComponent(text)), method, body);
      const expected = await requestWith('\0');
      const actual = await requestWith(unknown);
      expect([200, 204, 400, 404]).toContain(expected.status);
      expect([actual.status, actual.text]).toEqual([
        expected.status,
        expected.text.replaceAll('\\u0000', unknown).replaceAll('\0', unknown),
      ]);
      expect(await ids()).toEqual(['s']);
    });

    it('deletes those sessions of a bulk delete whose ids are within its encoding', async () => {
      for (const session_id of [`t${known}`, 'kept']) await create({ session_id });
      const session_ids = [unknown, `a${unknown}`, 's', 'ᚠ', `${unknown}ᚢ`, `t${known}`];
      const body = { session_ids, session_types: session_ids.map(() => 'agent') };
      expect((await request('/sessions', 'DELETE', body)).status).toBe(204);
      expect(await ids()).toEqual(['kept']);
    });

    it('responds 204 to a bulk delete whose ids are all outside its encoding, and deletes nothing', async () => {
      const body = { session_ids: [unknown, `ᚠ${unknown}`], session_types: ['agent', 'agent'] };
      expect((await request('/sessions', 'DELETE', body)).status).toBe(204);
      expect(await ids()).toEqual(['s']);
    });

    const rejected = (loc: string[], input: string) => {
      const msg = `Value error, the encoding of the database has no character '${unknown}'`;
      return [422, { detail: [{ type: 'value_error', loc: ['body', ...loc], msg, input }] }];
    };
    const answer = ({ status, json }: ApiResponse) => [status, json];
    const x = `<${unknown}>`;

    it.each([
      [{ session_id: x }, ['session_id']],
      [{ user_id: x }, ['user_id']],
      [{ agent_id: x }, ['agent_id']],
      [{ session_name: x }, ['session_name']],
      [{ session_state: { a: ['b', { c: x }] } }, ['session_state', 'a', 1, 'c']],
      [{ session_state: { [x]: 1 } }, ['session_state', x, '[key]']],
      [{ metadata: { a: x } }, ['metadata', 'a']],
      [{ summary: { summary: 's', topics: [x] } }, ['summary', 'topics', 0]],
      [{ runs: [{ run_id: 'r' }, { run_id: x }] }, ['runs', 1, 'run_id']],
      [{ runs: [{ run_id: 'r', messages: [{ content: x }] }] }, ['runs', 0, 'messages', 0, 'content']],
    ])('responds 422 to the creation of a session with %j', async (body, loc) => {
      expect(answer(await create(body))).toEqual(rejected(loc as string[], x));
      expect(await ids()).toEqual(['s']);
    });

    it('responds 422 to a component id of the given type, and ignores the id of another type', async () => {
      expect(answer(await request('/sessions?type=team', 'POST', { team_id: x }))).toEqual(rejected(['team_id'], x));
      expect((await create({ team_id: x })).status).toBe(201);
    });

    it.each([
      [{ session_name: x }, ['session_name']],
      [{ session_name: 'a', session_state: { b: x } }, ['session_state', 'b']],
      [{ metadata: { [x]: 1 } }, ['metadata', x, '[key]']],
      [{ summary: { summary: x } }, ['summary', 'summary']],
    ])('responds 422 to a PATCH with %j and changes nothing', async (body, loc) => {
      const before = await request('/sessions/s');
      for (const path of ['/sessions/s', '/sessions/s?user_id=u', '/sessions/unknown']) {
        expect(answer(await request(path, 'PATCH', body))).toEqual(rejected(loc, x));
      }
      expect((await request(`/sessions/${encodeURIComponent(x)}`, 'PATCH', body)).status).toBe(404);
      expect((await request('/sessions/s')).text).toBe(before.text);
    });

    it('responds 422 to a rename, also when the JSON escapes the characters of the name', async () => {
      const renamed = await request('/sessions/s/rename', 'POST', { session_name: x });
      expect(answer(renamed)).toEqual(rejected(['session_name'], x));
      const escapes = x.replace(/[^<>]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
      const response = await fetch(`${service.baseUrl}/sessions/s/rename?db_id=other`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"session_name":"${escapes}"}`,
      });
      expect([response.status, await response.json()]).toEqual(rejected(['session_name'], x));
    });
  });
});

describe('the service with user isolation on a LATIN1 database', () => {
  it('finds no session of a caller whose user id LATIN1 cannot encode, and responds 422 when that caller creates one', async () => {
    const { dsn } = await createScratchDatabase('LATIN1');
    const service = await startSessionService({
      AGNO_PG_DSN: dsn,
      ...ISOLATING_SETTINGS,
    });
    const request = (sub: string, path: string, method = 'GET', body?: object) => {
      const scopes = ['sessions:read', 'sessions:write', 'sessions:delete'];
      const headers = { authorization: `Bearer ${hs256Token({ sub, scopes })}` };
      return call(service.baseUrl, path, { method, headers, body });
    };
    try {
      expect((await request('andré', '/sessions', 'POST', { session_id: 's' })).status).toBe(201);
      expect((await request('andré', '/sessions/s')).status).toBe(200);
      expect((await request('łukasz', '/sessions/s')).status).toBe(404);
      expect((await request('łukasz', '/sessions/s', 'PATCH', { session_name: '€' })).status).toBe(404);
      expect((await request('łukasz', '/sessions/s', 'DELETE')).status).toBe(204);
      expect((await request('łukasz', '/sessions')).json).toMatchObject({ data: [], meta: { total_count: 0 } });
      const created = await request('łukasz', '/sessions', 'POST', { session_id: 't' });
      expect([created.status, created.json]).toMatchObject([422, { detail: [{ loc: ['body', 'user_id'] }] }]);
      expect((await request('andré', '/sessions')).json).toMatchObject({ meta: { total_count: 1 } });
    } finally {
      await service.stop();
    }
  });
});

describe('a SQL_ASCII database', () => {
  it('stores and returns characters of every script on all routes', async () => {
    const { dsn } = await createScratchDatabase('SQL_ASCII');
    const service = await startSessionService({ AGNO_PG_DSN: dsn });
    try {
      for (const [method, path, body] of everyRequest('é€日😀')) {
        const { status, text } = await call(service.baseUrl, path, { method, body });
        expect(`${status} ${text}`).not.toMatch(/^(422|404|5)/);
      }
    } finally {
      await service.stop();
    }
  });
});
