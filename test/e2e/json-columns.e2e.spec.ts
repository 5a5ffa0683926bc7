import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { runSql } from '../support/postgres.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const RUN = '"run_id":"r","agent_id":"a","messages":[{"role":"user","content":"hi","id":"m","created_at":1}]';

interface ListedPage {
  readonly data: readonly { session_id: string; session_name: string }[];
}

interface StoredText {
  readonly id: string;
  readonly data: string;
  readonly runs?: string;
  readonly metadata?: string;
}

/** An integer within Python's limit of 4,300 digits. */
const LONG_INTEGER = '7'.repeat(4_000);

/** JSON texts that a json column accepts and jsonb changes or rejects. */
const ROWS: readonly StoredText[] = [
  {
    id: 'order',
    data: '{"session_state": {"z": 1, "a": {"y": 1, "b": 2}}, "session_name": "N"}',
    metadata: '{"b": 1, "a": 2}',
  },
  {
    id: 'duplicates',
    data: '{"session_state": {"z": 1, "a": 2, "z": 3}, "session_name": "first", "session_name": "last"}',
  },
  { id: 'numbers', data: '{"session_state": {"e": 1e5, "f": 1.0, "m": -0, "b": 12345678901234567890123, "i": 1e400}}' },
  {
    id: 'huge',
    data: `{"session_state": {"big": 1e200000, "small": 1e-20000, "text": "1e200000", "digits": ${LONG_INTEGER}}}`,
  },
  {
    id: 'nul',
    data: '{"session_state": {"s": "a\\u0000b", "k\\u0000": "\\\\u0000"}}',
    runs: `[{${RUN},"content":"c\\u0000"}]`,
  },
  { id: 'nul-title', data: '{}', runs: `[{${RUN.replace('"hi"', '"h\\u0000i"')}}]` },
  {
    id: 'surrogates',
    data: '{"session_state": {"s": "\\ud800-\\ud83d\\ude42-\\\\ud83d\\ude42"}}',
    runs: `[{${RUN},"content":"\\udc00"}]`,
  },
  { id: 'blanks', data: '\n  {"session_state" : {"s" :"a"}} ', runs: ` [ {${RUN}} ]`, metadata: '  {"a" : 1}' },
  {
    id: 'input',
    data: 'null',
    runs: '[{"run_id":"r","agent_id":"a","input":{"input_content":{"z":1e5,"a":"\\u0000"}}}]',
  },
  { id: 'digits', data: '{}', runs: `[{${RUN.replace('"hi"', `"${'1'.repeat(140_000)}"`)}}]` },
  {
    id: 'marks',
    data: '{"session_state": {"s": "\\u001a\\u001A0041"}}',
    runs: `[{${RUN.replace('"hi"', '"\\u001a0000 \\u001azz \\\\u001a0041 \\ufdd0zz \\u0000"')}}]`,
  },
  { id: 'cut', data: '{}', runs: `[{${RUN.replace('"hi"', `"${'x'.repeat(9_999)}\\u0000000"`)}}]` },
  { id: 'nulls', data: ' null ', runs: ' null', metadata: 'null' },
  { id: 'long', data: `{"session_state": {"digits": ${'1'.repeat(140_000)}}, "session_name": "long"}` },
];

/** Removes spaces, because a rename changes the white space of the stored JSON. */
function withoutSpace(json: string | undefined): string | undefined {
  return json?.replaceAll(' ', '');
}

async function insert(database: ScratchDatabase): Promise<void> {
  for (const [index, { id, data, runs = null, metadata = null }] of ROWS.entries()) {
    await database.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, session_data, runs, metadata, created_at)
        VALUES ($1, 'agent', 'a', $2, $3, $4, $5)`,
      [id, data, runs, metadata, index],
    );
  }
}

describe.each([
  ['agno 2.0 to 2.2', ''],
  ['agno 2.0 to 2.2 after an upgrade to 3.x', UPGRADE_TO_V3],
])('the service on json columns of %s', (_name, upgrade) => {
  let database: ScratchDatabase;
  let service: ServerProcess;
  const text = async (path: string) => (await call(service.baseUrl, path)).text;
  const list = async (query: string): Promise<ListedPage> => (await call(service.baseUrl, `/sessions?${query}`)).json;
  const send = (method: string, path: string, body: object) => call(service.baseUrl, path, { method, body });
  const stored = async (id: string) =>
    (await database.sql('SELECT session_data::text AS data FROM ai.agno_sessions WHERE session_id = $1', [id]))[0]?.[
      'data'
    ];

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(V2_JSON_TABLES + upgrade);
    await insert(database);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  it('lists all sessions, and derives the titles of unnamed sessions from their runs', async () => {
    const page = await list('limit=100&sort_by=created_at&sort_order=asc');
    const names = page.data.map((row) => [row.session_id, row.session_name]);
    expect(names).toEqual([
      ['order', 'N'],
      ['duplicates', 'last'],
      ['numbers', ''],
      ['huge', ''],
      ['nul', 'hi'],
      ['nul-title', 'h\0i'],
      ['surrogates', 'hi'],
      ['blanks', 'hi'],
      ['input', '{\n  "input_content": {\n    "z": 100000.0,\n    "a": "\\u0000"\n  }\n}'],
      ['digits', `${'1'.repeat(10_000)}…`],
      ['marks', '\u001a0000 \u001azz \\u001a0041 \ufdd0zz \0'],
      ['cut', expect.stringMatching(/^x{9999}.…$/)],
      ['nulls', ''],
      ['long', 'long'],
    ]);
  });

  it('filters and sorts sessions by JSON values that jsonb would reject', async () => {
    expect((await list('session_name=las')).data).toHaveLength(1);
    expect((await list('sort_by=session_data')).data).toHaveLength(ROWS.length);
  });

  it.each([
    ['order', '"session_state":{"z": 1, "a": {"y": 1, "b": 2}}'],
    ['order', '"metadata":{"b": 1, "a": 2}'],
    ['duplicates', '"session_state":{"z":3,"a":2}'],
    ['numbers', '"session_state":{"e": 100000.0, "f": 1.0, "m": 0, "b": 12345678901234567890123, "i": null}'],
    ['huge', `"session_state":{"big": null, "small": 0.0, "text": "1e200000", "digits": ${LONG_INTEGER}}`],
    ['nul', '"session_state":{"s": "a\\u0000b", "k\\u0000": "\\\\u0000"}'],
    ['surrogates', '"session_state":{"s": "\\ud800-🙂-\\\\ud83d\\ude42"}'],
    ['blanks', '"metadata":{"a" : 1}'],
    ['marks', '"session_state":{"s": "\\u001a\\u001a0041"}'],
  ])('prints the JSON of the session "%s" as Python does: %s', async (id, printed) => {
    expect(await text(`/sessions/${id}`)).toContain(printed);
    expect(await text('/sessions?limit=100')).toContain(printed);
  });

  it.each(['nul', 'surrogates', 'blanks', 'nul-title', 'digits'])(
    'serves the runs of the session "%s", whose JSON jsonb would change or reject',
    async (id) => {
      expect((await call(service.baseUrl, `/sessions/${id}/runs`)).json).toMatchObject([{ run_id: 'r' }]);
      expect((await call(service.baseUrl, `/sessions/${id}/run-previews`)).json).toMatchObject([{ run_id: 'r' }]);
      expect((await call(service.baseUrl, `/sessions/${id}/runs/r`)).json).toMatchObject({ run_id: 'r' });
      for (const format of ['agno', 'ai-sdk', 'ag-ui']) {
        const query = `format=${format}&include=tools,members,reasoning`;
        const messages = await call(service.baseUrl, `/sessions/${id}/messages?${query}`);
        expect([messages.status, messages.json]).toMatchObject([200, { data: expect.any(Array) }]);
      }
    },
  );

  it('keeps the order of keys and all other values when a PATCH changes one value', async () => {
    expect((await send('PATCH', '/sessions/order', { session_name: 'P' })).text).toContain(
      '"session_state":{"z": 1, "a": {"y": 1, "b": 2}}',
    );
    expect(await stored('order')).toBe('{"session_state": {"z": 1, "a": {"y": 1, "b": 2}}, "session_name": "P"}');
    await send('PATCH', '/sessions/duplicates', { session_name: 'P', metadata: { b: 1, a: 2 } });
    expect(await stored('duplicates')).toBe('{"session_state": {"z": 1, "a": 2, "z": 3}, "session_name": "P"}');
    expect(await text('/sessions/duplicates')).toContain('"metadata":{"b":1,"a":2}');
  });

  it.each(['nul', 'surrogates', 'huge', 'input', 'marks'])(
    'keeps the session_state of the session "%s" when its name changes by PATCH and rename',
    async (id) => {
      const member = /"session_state":(\{.*?\})/;
      const before = member.exec(await text(`/sessions/${id}`))?.[1];
      expect((await send('PATCH', `/sessions/${id}`, { session_name: 'P' })).json).toMatchObject({ session_name: 'P' });
      expect((await send('POST', `/sessions/${id}/rename`, { session_name: 'R' })).json).toMatchObject({
        session_name: 'R',
      });
      const after = member.exec(await text(`/sessions/${id}`))?.[1];
      expect(withoutSpace(after)).toBe(withoutSpace(before));
    },
  );

  /** Keys keep their control characters, strings lose them. */
  const SENT = String.raw`{"\u001a0041":{"\u001A\u001a0000":"a\u001a0041b"},"\\u001a0041":1,"\u0001":2,"\u007f\ud83d\ude42":"\ud83d\ude42"}`;
  const KEPT = { '\u001a0041': { '\u001a\u001a0000': 'a0041b' }, '\\u001a0041': 1, '\u0001': 2, '\u007f🙂': '🙂' };

  it.each([
    ['POST', 'application/json'],
    ['PATCH', 'application/json'],
    ['PATCH', 'application/merge-patch+json'],
  ])('keeps keys with control characters that %s sends as %s, also after a rename', async (method, type) => {
    const id = `control-${method}-${type.length}`;
    if (method === 'PATCH') await send('POST', '/sessions', { session_id: id });
    const written = await fetch(`${service.baseUrl}/sessions${method === 'PATCH' ? `/${id}` : ''}`, {
      method,
      headers: { 'content-type': type },
      body: `{"session_id":"${id}","session_name":"N\\u001a0041","session_state":${SENT},"metadata":${SENT}}`,
    });
    const kept = { session_name: 'N0041', session_state: KEPT, metadata: KEPT };
    expect(await written.json()).toMatchObject(kept);
    expect((await call(service.baseUrl, `/sessions/${id}`)).json).toMatchObject(kept);
    await fetch(`${service.baseUrl}/sessions/${id}/rename`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: String.raw`{"session_name":"\u001a0042"}`,
    });
    expect((await call(service.baseUrl, `/sessions/${id}`)).json).toMatchObject({ ...kept, session_name: '0042' });
  });

  it('creates a session whose JSON keys keep their order, and deletes it', async () => {
    const body = {
      session_id: 'new',
      agent_id: 'a',
      session_name: 'N',
      session_state: { z: 1, a: 2 },
      runs: [{ run_id: 'n', agent_id: 'a' }],
    };
    expect((await send('POST', '/sessions', body)).status).toBe(201);
    expect(await text('/sessions/new')).toContain('"session_state":{"z":1,"a":2}');
    expect(await stored('new')).toBe('{"session_state":{"z":1,"a":2},"session_name":"N"}');
    expect((await call(service.baseUrl, '/sessions/new/runs')).json).toMatchObject([{ run_id: 'n' }]);
    expect((await send('POST', '/sessions', body)).status).toBe(409);
    expect((await call(service.baseUrl, '/sessions/new', { method: 'DELETE' })).status).toBe(204);
    expect((await call(service.baseUrl, '/sessions/new')).status).toBe(404);
  });
});

/** Python escapes all characters but ASCII, so that a json column can contain those that the database cannot. */
describe.each(['LATIN1', 'SQL_ASCII', 'EUC_JP'])('the service on json columns of a database in %s', (encoding) => {
  let service: ServerProcess;
  let dsn: string;

  beforeAll(async () => {
    const scratch = await createScratchDatabase();
    const name = `${scratch.name}_encoded`;
    await scratch.admin(
      `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    dsn = scratch.dsn.replace(scratch.name, name);
    await runSql(dsn, V2_JSON_TABLES);
    await runSql(
      dsn,
      `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, session_data, runs, created_at) VALUES
        ('a', 'agent', 'a', '{"session_state": {"s": "\\u4e2d\\u00fc\\ud83d\\ude42"}}', '[{${RUN.replace('"hi"', '"\\u4e2d\\u00fc\\ud83d\\ude42"')}}]', 1),
        ('b', 'agent', 'a', '{"session_name": "N\\u4e2d"}', NULL, 2)`,
    );
    service = await startSessionService({ AGNO_PG_DSN: dsn });
  });
  afterAll(() => service.stop());

  it('reads, filters and sorts sessions whose JSON contains escaped non-ASCII characters', async () => {
    const { json } = await call(service.baseUrl, '/sessions');
    expect(json).toMatchObject({
      data: [{ session_name: 'N中' }, { session_name: '中ü🙂', session_state: { s: '中ü🙂' } }],
    });
    expect((await call(service.baseUrl, '/sessions?session_name=n')).json).toMatchObject({
      data: [{ session_id: 'b' }],
    });
    const escaped = `/sessions?session_name=${encodeURIComponent('ü')}`;
    expect((await call(service.baseUrl, escaped)).json).toMatchObject({ data: [] });
    expect((await call(service.baseUrl, '/sessions?sort_by=session_data')).status).toBe(200);
    expect((await call(service.baseUrl, '/sessions/a')).json).toMatchObject({ chat_history: [{ content: '中ü🙂' }] });
    expect((await call(service.baseUrl, '/sessions/a/runs/r')).json).toMatchObject({ run_input: '中ü🙂' });
  });

  it('keeps escaped non-ASCII characters when the name changes by PATCH and rename', async () => {
    const change = { method: 'PATCH', body: { session_name: 'P' } };
    expect((await call(service.baseUrl, '/sessions/a', change)).json).toMatchObject({ session_state: { s: '中ü🙂' } });
    const rename = { method: 'POST', body: { session_name: 'R' } };
    expect((await call(service.baseUrl, '/sessions/a/rename', rename)).json).toMatchObject({
      session_name: 'R',
      session_state: { s: '中ü🙂' },
    });
  });
});
