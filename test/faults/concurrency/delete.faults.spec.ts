import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { recordRace } from '../support/record-reliability.js';
import { LAYOUTS, SEED, type SharedDatabase, startSharedDatabase } from './shared-database.js';

const ROUNDS = 40;
const RUNS = 5;

describe.each(LAYOUTS)('%s: deletes against other writes', (layout) => {
  let database: SharedDatabase;
  beforeAll(async () => {
    database = await startSharedDatabase(layout);
  });
  afterAll(() => database.stop());

  let requests: number;
  beforeEach(() => {
    requests = 0;
  });
  const at = (turn: number, path: string, method: string, body?: object) => {
    requests++;
    return call(database.url(turn), path, { method, ...(body === undefined ? {} : { body }) });
  };
  const create = (turn: number, session_id: string) =>
    at(turn, '/sessions', 'POST', { session_id, runs: runsOf(session_id) });
  const deleteAll = (turn: number, ids: readonly string[]) =>
    at(turn, '/sessions', 'DELETE', { session_ids: ids, session_types: ids.map(() => 'agent') });

  it('a session that was deleted does not come back by a PATCH or a rename', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const path = `/sessions/deleted-${round}`;
      expect((await create(0, `deleted-${round}`)).status).toBe(201);
      const isSingle = round % 2 === 0;
      const deleted = isSingle ? at(round, path, 'DELETE') : deleteAll(round, [`deleted-${round}`]);
      const changes = [0, 1, 2].flatMap((turn) => [
        at(turn, path, 'PATCH', { metadata: { turn } }),
        at(turn, `${path}/rename`, 'POST', { session_name: `${turn}` }),
      ]);
      expect((await deleted).status).toBe(204);
      const late = await Promise.all([0, 1].map((turn) => at(turn, path, 'PATCH', { metadata: { turn } })));
      expect(late.map(({ status }) => status)).toEqual([404, 404]);
      for (const { status } of await Promise.all(changes)) expect([200, 404]).toContain(status);
      expect((await at(round, path, 'GET')).status).toBe(404);
    }
    expect(await remains('deleted-')).toEqual([]);
    recordRace(
      'Sessions are deleted while others PATCH and rename them',
      requests,
      'none comes back; 404 to all who ask afterwards',
    );
  });

  it('a session is seen with all of its runs or not at all, while it is created and deleted', async () => {
    const dice = new SeededRandom(SEED);
    const seen = new Set<number | undefined>();
    for (let round = 0; round < ROUNDS; round++) {
      const ids = [0, 1, 2].map((n) => `born-${round}-${n}`);
      const writes = ids.flatMap((id, turn) => [
        create(turn, id),
        ...Array.from({ length: 3 }, () => deleteAll(dice.below(2), dice.oneIn(2) ? ids : [...ids].reverse())),
        create(turn + 1, id),
      ]);
      const reads = ids.flatMap((id) => [0, 1].map((turn) => at(turn, `/sessions/${id}/runs`, 'GET')));
      for (const { status } of await Promise.all(writes)) expect([201, 204, 409]).toContain(status);
      const after = ids.map((id) => at(round, `/sessions/${id}/runs`, 'GET'));
      for (const reply of await Promise.all([...reads, ...after])) {
        const runs = reply.status === 404 ? undefined : (reply.json as object[]).length;
        expect([undefined, RUNS], `FAULTS_SEED=${SEED}`).toContain(runs);
        seen.add(runs);
      }
    }
    expect([...seen]).toContain(RUNS);
    const sessions = await remains('born-');
    for (const { runs } of sessions) expect(Number(runs)).toBe(RUNS);
    await deleteAll(
      0,
      sessions.map(({ id }) => String(id)),
    );
    expect(await remains('born-')).toEqual([]);
    recordRace(
      'Sessions are created, deleted in bulk and read at once',
      requests,
      'seen with all of their runs or not at all; no run without its session is left',
    );
  });

  it('bulk deletes of the same sessions in any order all succeed', async () => {
    const dice = new SeededRandom(SEED);
    for (let round = 0; round < ROUNDS / 2; round++) {
      const ids = Array.from({ length: 12 }, (_, n) => `bulk-${round}-${n}`);
      await Promise.all(ids.map((id, turn) => create(turn, id)));
      const shuffled = () =>
        ids
          .map((id) => [dice.below(1_000), id] as const)
          .sort()
          .map(([, id]) => id);
      const replies = await Promise.all([
        ...Array.from({ length: 6 }, (_, turn) => deleteAll(turn, shuffled())),
        ...ids.map((id, turn) => at(turn, `/sessions/${id}`, 'DELETE')),
      ]);
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]));
    }
    expect(await remains('bulk-')).toEqual([]);
    recordRace('Bulk deletes of the same sessions, each in another order', requests, 'all 204, none deadlocks');
  });

  /** Sessions, and owners of runs that have no session, with how many runs the database holds of each. */
  async function remains(prefix: string): Promise<readonly Record<string, unknown>[]> {
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
