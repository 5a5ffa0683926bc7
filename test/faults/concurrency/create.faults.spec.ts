import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGNO_VERSION } from '../../contract/harness/python.js';
import { type ApiResponse, call } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { recordRace } from '../support/record-reliability.js';
import { LAYOUTS, type SharedDatabase, startAgentOsOn, startSharedDatabase } from './shared-database.js';

const PROCESSES = 3;
const CLIENTS = 24;
const ROUNDS = 15;
/** Number of concurrent clients, of which some use the service and some use AgentOS. */
const MIXED_CLIENTS = 12;
const ONE_OWNER = '201 for one client, whose values all fields of the session have; 409 for all other clients';

const alreadyExists = (id: string) => ({
  detail: `Session with id '${id}' already exists. Use PATCH /sessions/${id} to update it.`,
});

/** The request body of a creator. Every field contains the creator's name, so that a mix of two bodies is detected. */
const bodyOf = (session_id: string, creator: string) => ({
  session_id,
  session_name: creator,
  session_state: { creator },
  metadata: { creator },
});

function create(baseUrl: string, session_id: string, creator: string): Promise<ApiResponse> {
  return call(baseUrl, '/sessions', { method: 'POST', body: bodyOf(session_id, creator) });
}

/** Expects a 201 for one creator, whose values all fields have, and the 409 of the contract for all other creators. */
async function expectOneOwner(database: SharedDatabase, id: string, replies: readonly ApiResponse[]): Promise<void> {
  const winners = replies.flatMap(({ status }, creator) => (status === 201 ? [`c${creator}`] : []));
  expect(winners).toHaveLength(1);
  for (const reply of replies)
    if (reply.status !== 201) expect([reply.status, reply.json]).toEqual([409, alreadyExists(id)]);
  const [winner = ''] = winners;
  expect((await call(database.url(0), `/sessions/${id}`)).json).toMatchObject(bodyOf(id, winner));
}

describe.each(LAYOUTS)('%s: concurrent creates of one session id', (layout) => {
  let database: SharedDatabase;
  beforeAll(async () => {
    database = await startSharedDatabase(layout, PROCESSES);
  });
  afterAll(() => database.stop());

  it('succeed for exactly one client when sent to one process', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const creators = Array.from({ length: CLIENTS }, (_, n) => create(database.url(0), `one-${round}`, `c${n}`));
      await expectOneOwner(database, `one-${round}`, await Promise.all(creators));
    }
    recordRace(`${CLIENTS} clients create a session with the same id at the same time`, CLIENTS * ROUNDS, ONE_OWNER);
  });

  it('succeed for exactly one client when sent to several processes', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const creators = Array.from({ length: CLIENTS }, (_, n) => create(database.url(n), `many-${round}`, `c${n}`));
      await expectOneOwner(database, `many-${round}`, await Promise.all(creators));
    }
    recordRace(
      `${CLIENTS} clients of ${PROCESSES} processes create a session with the same id at the same time`,
      CLIENTS * ROUNDS,
      ONE_OWNER,
    );
  });
});

/**
 * AgentOS checks whether the id exists and then writes unconditionally. So it may respond 201 to two of its own
 * clients, or overwrite a session that the service has created since the check. The service can guarantee only its own
 * responses.
 */
describe.each(['v3', 'mixed'] as const)('%s: creates of one session id by the service and AgentOS', (layout) => {
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

  it('succeed for at most one client of the service, get the same 409 when they fail, and leave one complete session', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = `both-${round}`;
      const isOurs = (n: number) => n % 4 !== 0;
      const replies = await Promise.all(
        Array.from({ length: MIXED_CLIENTS }, (_, n) =>
          create(isOurs(n) ? database.url(n) : agentOs.baseUrl, id, `c${n}`),
        ),
      );
      const creators = replies.flatMap(({ status }, n) => (status === 201 ? [n] : []));
      expect(creators.filter(isOurs).length).toBeLessThanOrEqual(1);
      expect(creators).not.toEqual([]);
      for (const reply of replies)
        if (reply.status !== 201) expect([reply.status, reply.json]).toEqual([409, alreadyExists(id)]);
      const stored = (await call(database.url(0), `/sessions/${id}`)).json as { session_name: string };
      expect(creators.map((n) => `c${n}`)).toContain(stored.session_name);
      expect(stored).toMatchObject(bodyOf(id, stored.session_name));
    }
    recordRace(
      `${MIXED_CLIENTS} clients of the service and of AgentOS create a session with the same id at the same time`,
      MIXED_CLIENTS * ROUNDS,
      '201 for at most one client of the service; one complete session',
    );
  });

  it('never overwrite a session that the other program has acknowledged', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = `after-${round}`;
      const [first, second] = round % 2 === 0 ? [agentOs.baseUrl, database.url(0)] : [database.url(0), agentOs.baseUrl];
      expect((await create(first, id, 'first')).status).toBe(201);
      const late = await Promise.all([1, 2, 3].map((n) => create(second, id, `late-${n}`)));
      for (const reply of late) expect([reply.status, reply.json]).toEqual([409, alreadyExists(id)]);
      expect((await call(database.url(1), `/sessions/${id}`)).json).toMatchObject(bodyOf(id, 'first'));
    }
    recordRace(
      'A session that AgentOS has created is created again through the service, or the reverse',
      4 * ROUNDS,
      '409 with the same text',
    );
  });
});
