import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';

/** Numbers that JavaScript cannot hold, and keys that jsonb sorts. */
const STATE = '{"z": 1.0, "a": 12345678901234567890, "deep": {"x": [1e2, null]}}';
const SORTED_STATE = '{"a": 12345678901234567890, "z": 1.0, "deep": {"x": [100, null]}}';
const RUN = '{"run_id": "r2", "agent_id": "a", "messages": [{"id": "m", "role": "user", "content": "hi"}]}';

const digest = (text: string) => `"${createHash('sha256').update(text).digest('base64url')}"`;

describe('GET /sessions/{id}?view=editable', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap, LOG_LEVEL: 'warn' });
  });
  afterAll(() => service.stop());

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const view = (id: string, headers = {}) =>
      call(service.baseUrl, `/sessions/${id}?view=editable&db_id=${layout}`, { headers });
    const insert = (id: string, type: string, columns: Record<string, string>) => {
      const names = Object.keys(columns);
      return databases[layout].sql(
        `INSERT INTO ai.agno_sessions (session_id, session_type, created_at${names.map((name) => `, ${name}`).join('')})
          VALUES ($1, $2, 1${names.map((_, index) => `, $${index + 3}`).join('')})`,
        [id, type, ...Object.values(columns)],
      );
    };

    it('has the stored values with their digits, and the digest of the body as strong ETag', async () => {
      await insert('whole', 'agent', {
        session_data: `{"session_name": "N", "session_state": ${STATE}, "session_metrics": {"total_tokens": 5}}`,
        metadata: '{"m": 1.50}',
        summary: '{"summary": "S", "topics": ["t"], "updated_at": "2025-10-21T14:30:00Z", "unknown": 1}',
      });
      const { status, text, headers } = await view('whole');
      const state = layout === 'json' ? STATE.replace('1e2', '100.0') : SORTED_STATE;
      const metadata = layout === 'json' ? '{"m": 1.5}' : '{"m": 1.50}';
      expect([status, text]).toEqual([
        200,
        `{"session_name":"N","session_state":${state},"metadata":${metadata},"session_summary":{"summary":"S","topics":["t"],"updated_at":"2025-10-21T14:30:00+00:00"}}`,
      ]);
      expect(headers.get('etag')).toBe(digest(text));
      expect(headers.get('content-type')).toBe('application/json');
    });

    it('shows null for absent values, and neither derived titles and labels nor the summary of a workflow', async () => {
      await insert('bare', 'agent', { agent_data: '{"framework": "langgraph"}', metadata: 'null' });
      await insert('flow', 'workflow', { summary: '{"summary": "S"}', metadata: '{}', session_data: '{}' });
      expect((await view('bare')).text).toBe(
        '{"session_name":null,"session_state":null,"metadata":null,"session_summary":null}',
      );
      expect((await view('flow')).text).toBe(
        '{"session_name":null,"session_state":null,"metadata":{},"session_summary":null}',
      );
      expect((await call(service.baseUrl, `/sessions/bare?db_id=${layout}`)).json).toMatchObject({
        metadata: { sdk: 'langgraph' },
      });
    });

    it('keeps its ETag when a run is stored, and gets another with each change of a value', async () => {
      await insert('tagged', 'agent', { session_data: '{"session_metrics": {"total_tokens": 1}}' });
      const tags = new Set<string | null>([(await view('tagged')).headers.get('etag')]);
      await databases[layout].sql(
        `UPDATE ai.agno_sessions SET session_data = '{"session_metrics": {"total_tokens": 9}}', updated_at = 7
          WHERE session_id = 'tagged'`,
      );
      await (layout === 'v3' || layout === 'mixed'
        ? databases[layout].sql(
            `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at)
              VALUES ('r2', 'tagged', 'agent', $1, 1)`,
            [RUN],
          )
        : databases[layout].sql("UPDATE ai.agno_sessions SET runs = $1 WHERE session_id = 'tagged'", [`[${RUN}]`]));
      expect((await call(service.baseUrl, `/sessions/tagged?db_id=${layout}`)).json).toMatchObject({
        session_name: 'hi',
      });
      expect(tags).toContain((await view('tagged')).headers.get('etag'));
      for (const body of [
        { session_name: '' },
        { session_name: 'N' },
        { session_state: { a: 1 } },
        { metadata: { a: 1 } },
        { summary: { summary: 'S' } },
      ]) {
        await call(service.baseUrl, `/sessions/tagged?db_id=${layout}`, { method: 'PATCH', body });
        tags.add((await view('tagged')).headers.get('etag'));
      }
      expect(tags.size).toBe(6);
    });

    it('shows null for a stored value of a wrong type, and logs the name of its field', async () => {
      await insert('odd', 'agent', { session_data: '{"session_state": [1], "session_name": 5}', metadata: '"text"' });
      expect((await view('odd')).text).toBe(
        '{"session_name":null,"session_state":null,"metadata":null,"session_summary":null}',
      );
      const line = 'printed as null: session_name, session_state, metadata';
      await expect.poll(() => service.output()).toContain(line);
    });

    it('responds 404 to an unknown session and to a session of another user', async () => {
      await insert('anns', 'agent', { user_id: 'ann' });
      for (const id of ['absent', 'anns', 'a%00b']) {
        const path = `/sessions/${id}?view=editable&type=team&user_id=bob&db_id=${layout}`;
        const { status, headers, text } = await call(service.baseUrl, path);
        const name = id.replace('%00', '\\u0000');
        expect([status, text, headers.get('etag')]).toEqual([
          404,
          `{"detail":"Team Session with id '${name}' not found"}`,
          null,
        ]);
      }
    });
  });

  it('lets pages of allowed origins read the ETag, also with credentials', async () => {
    const origin = 'http://localhost:3000';
    const path = '/sessions/whole?db_id=v3';
    const exposed = async (query: string) =>
      (await call(service.baseUrl, path + query, { headers: { origin } })).headers.get('access-control-expose-headers');
    expect([await exposed(''), await exposed('&view=editable')]).toEqual(['*', '*, ETag']);
  });

  it.each(['', 'full', 'Editable'])('responds 422 to view=%s', async (value) => {
    const reply = await call(service.baseUrl, `/sessions/whole?db_id=v3&view=${value}`);
    expect([reply.status, reply.json]).toEqual([
      422,
      {
        detail: [
          {
            type: 'enum',
            loc: ['query', 'view'],
            msg: "Input should be 'editable'",
            input: value,
            ctx: { expected: "'editable'" },
          },
        ],
      },
    ]);
  });
});
