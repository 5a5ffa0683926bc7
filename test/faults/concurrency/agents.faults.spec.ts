import { expect, it } from 'vitest';
import { AGNO_2_VERSION, AGNO_VERSION } from '../../contract/harness/python.js';
import { type ApiResponse, call } from '../../support/api.js';
import { recordRace } from '../support/record-reliability.js';
import { type Layout, runAgents, type SharedDatabase, startSharedDatabase } from './shared-database.js';

const RUNS = 40;
/** Number of requests of each change: a rename, a PATCH and a read. */
const REQUESTS_OF_A_CHANGE = 3;
const PATH = '/sessions/shared';

interface ShownSession {
  readonly session_name: string;
  readonly session_state: { readonly count: number };
  readonly metadata: { readonly by: string; readonly same: string };
}

/**
 * AgentOS reads a session when an agent starts and writes the whole session when the agent ends. So an agent may undo
 * changes that clients make meanwhile. The service writes only the requested fields, so it never undoes changes of an
 * agent.
 */
it.each([
  ['v3', AGNO_VERSION],
  ['mixed', AGNO_VERSION],
  ['v2', AGNO_2_VERSION],
] as const)(
  '%s: an agent of AgentOS %s keeps its runs and its state while clients change the session',
  async (layout, version) => {
    const database = await startSharedDatabase(layout satisfies Layout);
    try {
      const body = {
        session_id: 'shared',
        agent_id: 'appending',
        user_id: 'ann',
        ...change('start'),
        session_state: { count: 0 },
      };
      expect((await call(database.url(0), '/sessions', { method: 'POST', body })).status).toBe(201);
      let isRunning = true;
      const agent = runAgents(version, 'appending_agent.py', [database.dsn, 'shared', String(RUNS)]).finally(() => {
        isRunning = false;
      });
      const clients = [0, 1].map((turn) => keepChanging(database, turn, () => isRunning));
      await agent;
      const changes = await Promise.all(clients);
      for (const count of changes) expect(count).toBeGreaterThan(RUNS);

      const runs = (await call(database.url(0), `${PATH}/runs`)).json as { run_input: string; content: string }[];
      const questions = Array.from({ length: RUNS }, (_, n) => `question ${n + 1}`);
      expect(runs.map(({ run_input, content }) => [run_input, content])).toEqual(
        questions.map((question) => [question, `You said: ${question}`]),
      );
      await call(database.url(0), PATH, { method: 'PATCH', body: change('end') });
      expect((await call(database.url(1), PATH)).json).toMatchObject({
        ...change('end'),
        session_state: { count: RUNS },
        user_id: 'ann',
        agent_id: 'appending',
      });
      recordRace(
        `Clients PATCH and rename the session in which an agent of agno ${version} runs ${RUNS} times`,
        REQUESTS_OF_A_CHANGE * changes.reduce((sum, count) => sum + count),
        'all runs and the state of the agent are kept',
      );
    } finally {
      await database.stop();
    }
  },
);

/** Repeats a rename, a PATCH and a read of the session, and checks each response. Resolves with the number of rounds. */
async function keepChanging(database: SharedDatabase, turn: number, isRunning: () => boolean): Promise<number> {
  let changes = 0;
  let count = 0;
  while (isRunning()) {
    changes++;
    const { session_name, metadata } = change(`${turn}-${changes}`);
    const requests = [
      () => call(database.url(turn), `${PATH}/rename`, { method: 'POST', body: { session_name } }),
      () => call(database.url(turn), PATH, { method: 'PATCH', body: { metadata } }),
      () => call(database.url(turn), PATH),
    ];
    for (const request of requests) {
      const shown = expectComplete(await request());
      // Only the agent writes the state, so the counter never decreases.
      expect(shown.session_state.count).toBeGreaterThanOrEqual(count);
      count = shown.session_state.count;
    }
  }
  return changes;
}

function change(by: string): Pick<ShownSession, 'session_name' | 'metadata'> {
  return { session_name: `name by ${by}`, metadata: { by, same: by } };
}

function expectComplete(reply: ApiResponse): ShownSession {
  expect(reply.status, reply.text).toBe(200);
  const shown = reply.json as ShownSession;
  expect(shown.metadata.same).toBe(shown.metadata.by);
  expect(shown.session_name).toMatch(/^name by /);
  return shown;
}
