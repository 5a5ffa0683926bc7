import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { recordRace } from '../support/record-reliability.js';
import { LAYOUTS, SEED, type SharedDatabase, startSharedDatabase } from './shared-database.js';

const ROUNDS = 40;
const RUNS = 5;

describe.each(LAYOUTS)('%s: deletes concurrent with other requests', (layout) => {
  let database: SharedDatabase;
  beforeAll(async () => {
    database = await startSharedDatabase(layout);
  });
  afterAll(() => database.stop());

  let requests: number;
  beforeEach(() => {
    requests = 0;
  });
  const send = (turn: number, path: string, method: string, body?: object) => {
    requests++;
    return call(database.url(turn), path, { method, ...(body === undefined ? {} : { body }) });
  };
  const create = (turn: number, session_id: string) =>
    send(turn, '/sessions', 'POST', { session_id, runs: runsOf(session_id) });
  const deleteAll = (turn: number, ids: readonly string[]) =>
    send(turn, '/sessions', 'DELETE', { session_ids: ids, session_types: ids.map(() => 'agent') });

  it('are final: a PATCH or rename does not restore the session', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const path = `/sessions/deleted-${round}`;
      expect((await create(0, `deleted-${round}`)).status).toBe(201);
      const isSingle = round % 2 === 0;
      const deleted = isSingle ? send(round, path, 'DELETE') : deleteAll(round, [`deleted-${round}`]);
      const changes = [0, 1, 2].flatMap((turn) => [
        send(turn, path, 'PATCH', { metadata: { turn } }),
        send(turn, `${path}/rename`, 'POST', { session_name: `${turn}` }),
      ]);
      expect((await deleted).status).toBe(204);
      const late = await Promise.all([0, 1].map((turn) => send(turn, path, 'PATCH', { metadata: { turn } })));
      expect(late.map(({ status }) => status)).toEqual([404, 404]);
      for (const { status } of await Promise.all(changes)) expect([200, 404]).toContain(status);
      expect((await send(round, path, 'GET')).status).toBe(404);
    }
    expect(await storedRuns('deleted-')).toEqual([]);
    recordRace(
      'Sessions are deleted while others PATCH and rename them',
      requests,
      'no session comes back; later requests get 404',
    );
  });

  it('leave each session either readable with all of its runs or missing', async () => {
    const random = new SeededRandom(SEED);
    const seen = new Set<number | undefined>();
    for (let round = 0; round < ROUNDS; round++) {
      const ids = [0, 1, 2].map((n) => `born-${round}-${n}`);
      const writes = ids.flatMap((id, turn) => [
        create(turn, id),
        ...Array.from({ length: 3 }, () => deleteAll(random.below(2), random.oneIn(2) ? ids : [...ids].reverse())),
        create(turn + 1, id),
      ]);
      const reads = ids.flatMap((id) => [0, 1].map((turn) => send(turn, `/sessions/${id}/runs`, 'GET')));
      for (const { status } of await Promise.all(writes)) expect([201, 204, 409]).toContain(status);
      const after = ids.map((id) => send(round, `/sessions/${id}/runs`, 'GET'));
      for (const reply of await Promise.all([...reads, ...after])) {
        const runs = reply.status === 404 ? undefined : (reply.json as object[]).length;
        expect([undefined, RUNS], `FAULTS_SEED=${SEED}`).toContain(runs);
        seen.add(runs);
      }
    }
    expect([...seen]).toContain(RUNS);
    const sessions = await storedRuns('born-');
    for (const { runs } of sessions) expect(Number(runs)).toBe(RUNS);
    await deleteAll(
      0,
      sessions.map(({ id }) => String(id)),
    );
    expect(await storedRuns('born-')).toEqual([]);
    recordRace(
      'Sessions are created, deleted in bulk and read at the same time',
      requests,
      'each read returns all runs of a session or 404; no run remains without its session',
    );
  });

  it('all succeed when they name the same sessions in different orders', async () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < ROUNDS / 2; round++) {
      const ids = Array.from({ length: 12 }, (_, n) => `bulk-${round}-${n}`);
      await Promise.all(ids.map((id, turn) => create(turn, id)));
      const shuffled = () =>
        ids
          .map((id) => [random.below(1_000), id] as const)
          .sort()
          .map(([, id]) => id);
      const replies = await Promise.all([
        ...Array.from({ length: 6 }, (_, turn) => deleteAll(turn, shuffled())),
        ...ids.map((id, turn) => send(turn, `/sessions/${id}`, 'DELETE')),
      ]);
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]));
    }
    expect(await storedRuns('bulk-')).toEqual([]);
    recordRace('Concurrent bulk deletes of the same sessions, each in another order', requests, 'all 204, no deadlock');
  });

  /** Session ids that occur in the sessions table or in a run, each with its number of stored runs. */
  async function storedRuns(prefix: string): Promise<readonly Record<string, unknown>[]> {
    const inTable = `SELECT session_id AS id, count(*) AS runs FROM ai.agno_runs GROUP BY 1`;
    const inColumn = 'SELECT session_id AS id, jsonb_array_length(runs) AS runs FROM ai.agno_sessions';
    const runs = layout === 'v2' ? inColumn : inTable;
    return database.sql(`SELECT id, coalesce(runs, 0) AS runs FROM (SELECT session_id AS id FROM ai.agno_sessions) s
      FULL JOIN (${runs}) r USING (id) WHERE starts_with(id, '${prefix}')`);
  }
});

function runsOf(sessionId: string): object[] {
  const message = { id: 'm', role: 'user', content: 'hello', created_at: 1 };
  return Array.from({ length: RUNS }, (_, n) => ({ run_id: `${sessionId}-${n}`, agent_id: 'a', messages: [message] }));
}
