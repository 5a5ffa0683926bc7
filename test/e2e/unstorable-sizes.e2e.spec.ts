import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';

/** Longest value that the service reads, in bytes. */
const MAX_VALUE_BYTES = 209_715_200;

const TOO_LARGE = { status: 413, text: '{"detail":"The values are too large to be stored"}' };
const MERGE_PATCH = 'application/merge-patch+json';

/** Does not fit into an index entry, which has at most 2,704 bytes, not even compressed. */
const UNINDEXABLE = randomBytes(9_000).toString('base64');

/** Takes more of the server's stack than `max_stack_depth` allows below. */
const DEEP = `${'{"a":'.repeat(900)}1${'}'.repeat(900)}`;

describe('a value that PostgreSQL cannot store', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    for (const layout of LAYOUT_NAMES) {
      await databases[layout].sql(
        `CREATE INDEX ON ai.agno_sessions ((metadata->>'customer'));
          CREATE INDEX ON ai.agno_sessions ((session_data->>'session_name'))`,
      );
      await databases[layout].admin(`ALTER DATABASE ${databases[layout].name} SET max_stack_depth = '100kB'`);
    }
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const send = async (method: string, path: string, body: string) => {
      const isMerge = method === 'MERGE';
      const response = await fetch(`${service.baseUrl}/sessions${path}?db_id=${layout}`, {
        method: isMerge ? 'PATCH' : method,
        headers: { 'content-type': isMerge ? MERGE_PATCH : 'application/json' },
        body,
      });
      return { status: response.status, text: await response.text() };
    };
    const rows = () =>
      databases[layout].sql('SELECT session_id, session_data::text, metadata::text FROM ai.agno_sessions');

    beforeAll(async () => {
      const body = '{"session_id":"s","session_name":"N","session_state":{"a":1},"metadata":{"b":1}}';
      expect((await send('POST', '', body)).status).toBe(201);
    });

    it.each([
      ['a create', 'metadata that do not fit into an index', 'POST', '', `{"metadata":{"customer":"${UNINDEXABLE}"}}`],
      ['a create', 'a state that is too deep', 'POST', '', `{"session_state":${DEEP}}`],
      ['a create', 'a run that is too deep', 'POST', '', `{"runs":[{"run_id":"r","content":${DEEP}}]}`],
      [
        'a PATCH',
        'metadata that do not fit into an index',
        'PATCH',
        '/s',
        `{"metadata":{"customer":"${UNINDEXABLE}"}}`,
      ],
      ['a PATCH', 'a name that does not fit into an index', 'PATCH', '/s', `{"session_name":"${UNINDEXABLE}"}`],
      ['a PATCH', 'a state that is too deep', 'PATCH', '/s', `{"session_state":${DEEP}}`],
      [
        'a merge',
        'metadata that do not fit into an index',
        'MERGE',
        '/s',
        `{"metadata":{"customer":"${UNINDEXABLE}"}}`,
      ],
      ['a merge', 'metadata that are too deep', 'MERGE', '/s', `{"metadata":${DEEP}}`],
      ['a rename', 'a name that does not fit into an index', 'POST', '/s/rename', `{"session_name":"${UNINDEXABLE}"}`],
    ])('gets 413 from %s with %s, and changes nothing', async (_kind, _value, method, path, body) => {
      const before = await rows();
      expect(await send(method, path, body)).toEqual(TOO_LARGE);
      expect(await rows()).toEqual(before);
    });
  });

  it('is not blamed on the id of the session, whose own length gets 422', async () => {
    const post = (session_id: string) =>
      call(service.baseUrl, '/sessions?db_id=v3', { method: 'POST', body: { session_id } });
    expect((await post(UNINDEXABLE)).status).toBe(422);
    expect((await post(UNINDEXABLE.slice(0, 2_000))).status).toBe(201);
  });
});

describe('a merge patch', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  it.each([
    ['session_state', 'session_data', '{"session_state": {"text": "', '"}}', 'v3'],
    ['metadata', 'metadata', '{"text": "', '"}', 'json'],
  ] as const)(
    'gets 413 when the merged %s would be too long to be read, and changes nothing',
    async (member, column, start, end, layout) => {
      await databases[layout].sql(
        `INSERT INTO ai.agno_sessions (session_id, session_type, created_at, ${column})
          SELECT 'long', 'agent', 1, ($1 || repeat('x', ${MAX_VALUE_BYTES - 1_000}) || $2)::json`,
        [start, end],
      );
      const response = await fetch(`${service.baseUrl}/sessions/long?db_id=${layout}`, {
        method: 'PATCH',
        headers: { 'content-type': MERGE_PATCH },
        body: `{"${member}": {"k": "${'y'.repeat(1_000)}"}}`,
      });
      expect({ status: response.status, text: await response.text() }).toEqual(TOO_LARGE);
      const sql = `SELECT ${column}::text = $1 || repeat('x', ${MAX_VALUE_BYTES - 1_000}) || $2 AS kept FROM ai.agno_sessions`;
      expect(await databases[layout].sql(sql, [start, end])).toEqual([{ kept: true }]);
    },
  );

  it('gets 413 beyond what PostgreSQL stores in a jsonb value, as does any other change of it', async () => {
    const other = `jsonb_build_object('other', repeat('x', 260000000))`;
    await databases.v3.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, created_at, session_data) SELECT 'full', 'agent', 1, ${other}`,
    );
    const name = 'y'.repeat(10_000_000);
    for (const [method, path, body] of [
      ['PATCH', '', { session_name: name }],
      ['PATCH', '', { session_state: { name } }],
      ['POST', '/rename', { session_name: name }],
    ] as const) {
      const { status, text } = await call(service.baseUrl, `/sessions/full${path}?db_id=v3`, { method, body });
      expect({ status, text }).toEqual(TOO_LARGE);
    }
    const sql = `SELECT session_data = ${other} AS kept FROM ai.agno_sessions WHERE session_id = 'full'`;
    expect(await databases.v3.sql(sql)).toEqual([{ kept: true }]);
  });
});
