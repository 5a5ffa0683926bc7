import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGNO_VERSION } from '../../contract/harness/python.js';
import { type ApiResponse, call } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { recordRace } from '../support/record-reliability.js';
import { LAYOUTS, type SharedDatabase, startAgentOsOn, startSharedDatabase } from './shared-database.js';

const PROCESSES = 3;
const CLIENTS = 24;
const ROUNDS = 15;
/** Clients of the service and of AgentOS at once. */
const BESIDE = 12;
const ONE_OWNER = '201 for one, whose session it is in every part; 409 for the others';

const taken = (id: string) => ({
  detail: `Session with id '${id}' already exists. Use PATCH /sessions/${id} to update it.`,
});

/** What one creator wants; every member tells whose it is. */
const wishOf = (session_id: string, creator: string) => ({
  session_id,
  session_name: creator,
  session_state: { creator },
  metadata: { creator },
});

function create(baseUrl: string, session_id: string, creator: string): Promise<ApiResponse> {
  return call(baseUrl, '/sessions', { method: 'POST', body: wishOf(session_id, creator) });
}

/** One creator got the id, and the session is theirs in every part; the others got the contract's refusal. */
async function expectOneOwner(database: SharedDatabase, id: string, replies: readonly ApiResponse[]): Promise<void> {
  const winners = replies.flatMap(({ status }, creator) => (status === 201 ? [`c${creator}`] : []));
  expect(winners).toHaveLength(1);
  for (const reply of replies) if (reply.status !== 201) expect([reply.status, reply.json]).toEqual([409, taken(id)]);
  const [winner = ''] = winners;
  expect((await call(database.url(0), `/sessions/${id}`)).json).toMatchObject(wishOf(id, winner));
}

describe.each(LAYOUTS)('%s: many who want the same new id', (layout) => {
  let database: SharedDatabase;
  beforeAll(async () => {
    database = await startSharedDatabase(layout, PROCESSES);
  });
  afterAll(() => database.stop());

  it('from one process get it once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const creators = Array.from({ length: CLIENTS }, (_, n) => create(database.url(0), `one-${round}`, `c${n}`));
      await expectOneOwner(database, `one-${round}`, await Promise.all(creators));
    }
    recordRace(`${CLIENTS} clients want the same new id at once`, CLIENTS * ROUNDS, ONE_OWNER);
  });

  it('from several processes get it once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const creators = Array.from({ length: CLIENTS }, (_, n) => create(database.url(n), `many-${round}`, `c${n}`));
      await expectOneOwner(database, `many-${round}`, await Promise.all(creators));
    }
    recordRace(
      `${CLIENTS} clients of ${PROCESSES} processes want the same new id at once`,
      CLIENTS * ROUNDS,
      ONE_OWNER,
    );
  });
});

/**
 * AgentOS looks for the id and then writes, whatever came in between: two of its own clients may both be told 201, and it
 * may write over a session that the service has just created. What the service promises is its own part.
 */
describe.each(['v3', 'mixed'] as const)('%s: the service and AgentOS, asked for the same new id', (layout) => {
  let database: SharedDatabase;
  let agentOs: ServerProcess;
  beforeAll(async () => {
    database = await startSharedDatabase(layout);
    agentOs = await startAgentOsOn(AGNO_VERSION, database.dsn);
  });
  afterAll(async () => {
    await agentOs.stop();
    await database.stop();
  });

  it('give it to at most one client of the service, refuse the others in the same words, and leave one whole session', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = `both-${round}`;
      const isOurs = (n: number) => n % 4 !== 0;
      const replies = await Promise.all(
        Array.from({ length: BESIDE }, (_, n) => create(isOurs(n) ? database.url(n) : agentOs.baseUrl, id, `c${n}`)),
      );
      const creators = replies.flatMap(({ status }, n) => (status === 201 ? [n] : []));
      expect(creators.filter(isOurs).length).toBeLessThanOrEqual(1);
      expect(creators).not.toEqual([]);
      for (const reply of replies)
        if (reply.status !== 201) expect([reply.status, reply.json]).toEqual([409, taken(id)]);
      const stored = (await call(database.url(0), `/sessions/${id}`)).json as { session_name: string };
      expect(creators.map((n) => `c${n}`)).toContain(stored.session_name);
      expect(stored).toMatchObject(wishOf(id, stored.session_name));
    }
    recordRace(
      `${BESIDE} clients of the service and of AgentOS want the same new id at once`,
      BESIDE * ROUNDS,
      '201 for at most one client of the service; one whole session',
    );
  });

  it('never write over what the other has told to be created', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = `after-${round}`;
      const [first, second] = round % 2 === 0 ? [agentOs.baseUrl, database.url(0)] : [database.url(0), agentOs.baseUrl];
      expect((await create(first, id, 'first')).status).toBe(201);
      const late = await Promise.all([1, 2, 3].map((n) => create(second, id, `late-${n}`)));
      for (const reply of late) expect([reply.status, reply.json]).toEqual([409, taken(id)]);
      expect((await call(database.url(1), `/sessions/${id}`)).json).toMatchObject(wishOf(id, 'first'));
    }
    recordRace(
      'An id that AgentOS has given away is wanted of the service, or the reverse',
      4 * ROUNDS,
      '409, in the same words',
    );
  });
});
