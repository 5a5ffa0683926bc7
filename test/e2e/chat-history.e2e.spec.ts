import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { createLimitedRole } from '../support/limited-role.js';
import { startSessionService } from '../support/session-service.js';

const SESSION = {
  session_state: { n: 1 },
  metadata: { m: [null] },
  summary: { summary: 'S', topics: ['t'] },
};

describe('GET /sessions/{id}?chat_history=false', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
    for (const layout of LAYOUT_NAMES) {
      for (const type of ['agent', 'team', 'workflow']) {
        for (const session_name of ['Stored', undefined]) {
          const session_id = `${type}-${session_name ?? 'unnamed'}`;
          const run = {
            run_id: `r-${session_id}`,
            [`${type}_id`]: 'c',
            input: 'derived',
            messages: [{ id: 'm', role: 'user', content: 'derived', created_at: 1 }],
          };
          const body = { ...SESSION, session_id, session_name, [`${type}_id`]: 'c', runs: [run] };
          const created = await call(service.baseUrl, `/sessions?type=${type}&db_id=${layout}`, {
            method: 'POST',
            body,
          });
          expect(created.status).toBe(201);
        }
      }
    }
  });
  afterAll(() => service.stop());

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const detail = (id: string, query = '') => call(service.baseUrl, `/sessions/${id}?db_id=${layout}${query}`);

    it.each(['agent', 'team', 'workflow'])('is the detail of a named %s session without its history', async (type) => {
      const { chat_history: history, ...rest } = (await detail(`${type}-Stored`)).json as Record<string, unknown>;
      const reply = await detail(`${type}-Stored`, '&chat_history=false');
      expect([reply.status, reply.json]).toEqual([200, rest]);
      expect(Object.keys(reply.json)).toEqual(Object.keys(rest));
      if (type !== 'workflow') expect(history).toHaveLength(1);
    });

    it.each(['agent', 'team', 'workflow'])('has an empty name for an unnamed %s session', async (type) => {
      expect((await detail(`${type}-unnamed`)).json).toMatchObject({ session_name: 'derived' });
      const reply = await detail(`${type}-unnamed`, '&chat_history=false');
      expect(reply.json).toMatchObject({ session_name: '', session_state: { n: 1 } });
      expect(reply.json).not.toHaveProperty('chat_history');
    });

    it('needs no right to read runs', async () => {
      const database = databases[layout];
      const { name, dsn } = await createLimitedRole(database);
      const columns = await database.sql<{ column_name: string }>(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'agno_sessions'",
      );
      const others = columns.map((row) => row.column_name).filter((column) => column !== 'runs');
      await database.sql(`REVOKE SELECT ON ALL TABLES IN SCHEMA ai FROM ${name};
        GRANT SELECT (${others.join(', ')}) ON ai.agno_sessions TO ${name}`);
      const limited = await startSessionService({ AGNO_PG_DSN: dsn });
      try {
        const statuses = await Promise.all(
          ['', '?chat_history=false'].map(async (query) => {
            const { status } = await call(limited.baseUrl, `/sessions/agent-unnamed${query}`);
            return status;
          }),
        );
        expect(statuses).toEqual([503, 200]);
      } finally {
        await limited.stop();
      }
    });

    it('prints the other members in the schema of `type`, and responds 404 as before', async () => {
      const [team, missing] = await Promise.all([
        detail('agent-Stored', '&chat_history=0&type=team'),
        detail('absent', '&chat_history=false&type=team'),
      ]);
      expect(team.json).toMatchObject({ session_id: 'agent-Stored', metadata: { m: [null] } });
      expect(team.json).not.toHaveProperty('agent_session_id');
      expect([missing.status, missing.json]).toEqual([404, { detail: "Team Session with id 'absent' not found" }]);
    });

    it('responds as without the parameter when it is true', async () => {
      for (const id of ['agent-Stored', 'agent-unnamed', 'workflow-unnamed']) {
        expect((await detail(id, '&chat_history=true')).text).toBe((await detail(id)).text);
      }
    });
  });

  it.each(['', 'maybe'])('responds 422 to chat_history=%s', async (value) => {
    const reply = await call(service.baseUrl, `/sessions/agent-Stored?chat_history=${value}`);
    expect(reply.status).toBe(422);
    expect(reply.json).toMatchObject({
      detail: [{ type: 'bool_parsing', loc: ['query', 'chat_history'], input: value }],
    });
  });

  it('is no parameter of a single run', async () => {
    const reply = await call(service.baseUrl, '/sessions/agent-Stored/runs/r-agent-Stored?db_id=v3&chat_history=maybe');
    expect(reply.status).toBe(200);
  });
});
