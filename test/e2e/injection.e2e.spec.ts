import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE ai.agno_sessions; --",
  '"; DROP TABLE ai.agno_sessions; --',
  "\\'; SELECT pg_sleep(30); --",
  '$1',
  '{"a"}',
  "') UNION SELECT usename, passwd FROM pg_shadow --",
];

const storedRun = (run_id: string) => ({
  ...{ run_id, agent_id: 'a' },
  messages: [{ id: run_id, role: 'user', content: run_id, created_at: 1 }],
});

describe('injection', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn, LOG_LEVEL: 'info' });
    await call(service.baseUrl, '/sessions', {
      method: 'POST',
      body: { session_id: 'kept', user_id: 'ann', runs: ['one', 'two'].map(storedRun) },
    });
  });
  afterAll(() => service.stop());

  /** The cursor of the second page of messages, with `value` in place of one of its parts. */
  async function forgedMessageCursor(index: number, value: string): Promise<string> {
    const { json } = await call(service.baseUrl, '/sessions/kept/messages?limit=1');
    return forged((json as { meta: { next_cursor: string } }).meta.next_cursor, index, value);
  }

  /** The cursor of the second page of runs, with `value` in place of one of its parts. */
  async function forgedCursor(index: number, value: string): Promise<string> {
    const { json } = await call(service.baseUrl, '/sessions/kept/runs?limit=1&cursor=');
    return forged((json as { meta: { next_cursor: string } }).meta.next_cursor, index, value);
  }

  function forged(cursor: string, index: number, value: string): string {
    const parts: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Buffer.from(JSON.stringify(parts.with(index, value))).toString('base64url');
  }

  it.each(SQL)('of SQL is prevented: %s is treated as data in every parameter, path and body', async (fragment) => {
    const encoded = encodeURIComponent(fragment);
    for (const name of ['user_id', 'component_id', 'session_name', 'sort_by', 'db_id', 'table', 'type', 'limit']) {
      const { status, text: body } = await call(service.baseUrl, `/sessions?${name}=${encoded}`);
      const found = status === 200 ? (JSON.parse(body) as { data: unknown[] }).data.length : 0;
      expect([name, status < 500, found]).toEqual([name, true, name === 'sort_by' ? 1 : 0]);
    }
    for (const parameter of [`metadata.k=${encoded}`, `metadata.${encoded}=k`]) {
      for (const query of [parameter, `${parameter}&cursor=&sort_by=updated_at`]) {
        const { status, json } = await call(service.baseUrl, `/sessions?${query}`);
        expect([query, status, (json as { data: unknown[] }).data]).toEqual([query, 200, []]);
      }
    }
    for (const key of ['user_id', 'session_name', 'created_at', 'metadata.k', `metadata.${fragment}`, fragment]) {
      for (const op of ['EQ', 'GT', 'CONTAINS', 'STARTSWITH', fragment]) {
        const filter = {
          op: 'AND',
          conditions: [
            { op: 'EQ', key: 'user_id', value: 'ann' },
            { op, key, value: fragment },
          ],
        };
        const reply = await call(service.baseUrl, '/sessions/search', {
          method: 'POST',
          body: { filter, sort_by: fragment },
        });
        if (reply.status === 200 && op !== 'GT') expect([key, op, reply.json]).toMatchObject([key, op, { data: [] }]);
        else if (op !== 'GT') expect([key, op, reply.status]).toEqual([key, op, 400]);
      }
    }
    for (const path of [
      `/sessions/${encoded}`,
      `/sessions/kept/runs/${encoded}`,
      `/sessions/kept/runs?status=${encoded}`,
      `/sessions/${encoded}/messages`,
      `/sessions/kept/messages?limit=1&cursor=${encoded}`,
      `/sessions/kept/messages?limit=1&cursor=${await forgedMessageCursor(8, fragment)}`,
      `/sessions/kept/messages?limit=1&cursor=${await forgedMessageCursor(9, fragment)}`,
      `/sessions/${encoded}/runs?cursor=`,
      `/sessions/kept/runs?limit=1&cursor=${encoded}`,
      `/sessions/kept/runs?limit=1&cursor=${await forgedCursor(5, fragment)}`,
      `/sessions/kept/runs?limit=1&cursor=${await forgedCursor(6, fragment)}`,
    ]) {
      expect([400, 404]).toContain((await call(service.baseUrl, path)).status);
    }
    const { status, text } = await call(service.baseUrl, `/sessions/kept/runs?parent_run_id=${encoded}`);
    expect([status, text]).toEqual([200, '[]']);
    for (const list of [
      `runs?limit=1&cursor=${await forgedCursor(7, fragment)}`,
      `messages?limit=1&cursor=${await forgedMessageCursor(10, fragment)}`,
    ]) {
      expect((await call(service.baseUrl, `/sessions/kept/${list}`)).status).toBe(200);
    }
    const names = { session_ids: [fragment], session_types: ['agent'] };
    expect((await call(service.baseUrl, '/sessions', { method: 'DELETE', body: names })).status).toBe(204);
    const body = {
      session_name: fragment,
      session_state: { [fragment]: fragment },
      metadata: { [fragment]: fragment },
    };
    const patched = await call(service.baseUrl, '/sessions/kept', { method: 'PATCH', body });
    expect(patched.json).toMatchObject(body);
    expect(await database.sql('SELECT session_id, user_id FROM ai.agno_sessions')).toEqual([
      { session_id: 'kept', user_id: 'ann' },
    ]);
  });

  it('through keys such as __proto__ is prevented: they are stored and returned like any other key', async () => {
    const state = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":1}';
    const reply = await fetch(`${service.baseUrl}/sessions/kept?__proto__[isAdmin]=true`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: `{"session_state":${state},"__proto__":{"session_name":"polluted"}}`,
    });
    const text = (await reply.text()).replaceAll(' ', '');
    for (const member of state.slice(1, -1).split(/,(?=")/)) expect(text).toContain(member);
    expect(text).not.toContain('polluted');
    const created = await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'plain' } });
    expect(created.text).not.toMatch(/isAdmin|polluted/);
  });

  it('into log lines is prevented: line breaks and terminal codes are escaped', async () => {
    // Also the 8-bit form of a terminal code, other line separators, and an override of the direction of text.
    const sessionId = 'x\n{"level":"fatal","message":"forged"}\u001b[31m\u009b31m\u007f\u0085\u2028\u202e';
    await database.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, session_data, created_at)
        VALUES ($1, 'agent', '{"session_state": []}', 1)`,
      [sessionId],
    );
    const id = encodeURIComponent(sessionId);
    expect((await call(service.baseUrl, `/sessions/${id}`)).status).toBe(200);
    await call(service.baseUrl, `/nowhere/${id}`, { headers: { 'user-agent': 'forged', 'x-forwarded-for': 'forged' } });
    await service.stop();
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.includes('"level"'));
    const levels = lines.map((line) => (JSON.parse(line) as { level: string }).level);
    expect(lines.join('')).toContain('does not match the schema');
    expect(levels).not.toContain('fatal');
    expect(service.output()).not.toMatch(/[^\n\u0020-\u007e]/);
    expect(service.output()).toContain('\\u001b[31m\\u009b31m\\u007f\\u0085\\u2028\\u202e');
  });
});
