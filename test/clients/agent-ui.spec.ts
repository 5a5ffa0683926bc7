import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { deleteSession, fillSidebar, type Mode, openSession } from './agent-ui.js';
import { CrossOriginPage } from './cross-origin-page.js';

const KEY = 'key-of-the-operator';

describe('agent-ui without an AgentOS', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    const { dsn } = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: dsn, OS_SECURITY_KEY: KEY });
    for (const mode of ['agent', 'team'] as const) {
      await store(mode, 'guide', `${mode}-1`, 'Ulm?');
      await store(mode, 'guide', `${mode}-2`, 'Bonn?');
      await store(mode, 'scout', `${mode}-3`, 'Kiel?');
    }
  });
  afterAll(() => service.stop());

  const store = async (mode: Mode, component: string, id: string, question: string) => {
    const run = {
      run_id: `run-${id}`,
      [`${mode}_id`]: component,
      input: { input_content: question },
      content: `${question} Yes.`,
    };
    const body = { session_id: id, [`${mode}_id`]: component, session_name: `About ${question}`, runs: [run] };
    const headers = { authorization: `Bearer ${KEY}` };
    const reply = await call(service.baseUrl, `/sessions?type=${mode}`, { method: 'POST', body, headers });
    expect(reply.status, reply.text).toBe(201);
  };

  it.for(['agent', 'team'] as const)('lists the sessions of the first %s, opens one and deletes it', async (mode) => {
    const page = new CrossOriginPage(service.baseUrl, KEY);
    const sidebar = await fillSidebar(page, mode);
    expect([sidebar.names, sidebar.componentId, sidebar.dbId]).toEqual([['guide', 'scout'], 'guide', 'default']);
    // Created in the same second, in any order.
    expect(sidebar.sessions.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: `${mode}-1`, title: 'About Ulm?' },
      { id: `${mode}-2`, title: 'About Bonn?' },
    ]);
    expect(await openSession(page, sidebar, `${mode}-1`)).toEqual(['Ulm?', 'Ulm? Yes.']);
    await deleteSession(page, sidebar, `${mode}-1`);
    expect((await fillSidebar(page, mode)).sessions).toEqual([{ id: `${mode}-2`, title: 'About Bonn?' }]);
    expect(page.requests.slice(0, 6)).toEqual([
      'GET /health',
      'GET /teams',
      'GET /agents',
      `GET /sessions?type=${mode}&component_id=guide&db_id=default`,
      `GET /sessions/${mode}-1/runs?type=${mode}&db_id=default`,
      `DELETE /sessions/${mode}-1?db_id=default`,
    ]);
  });

  it('gets a 401 that its page may read for a wrong token', async () => {
    const page = new CrossOriginPage(service.baseUrl, 'wrong');
    await expect(fillSidebar(page, 'agent')).rejects.toThrow('GET /teams responded 401');
  });
});
