import { expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { recordRace } from '../support/record-reliability.js';
import { FIELDS, History, INITIAL_VALUE } from './history.js';
import { bodyWith, RecordedClient } from './recorded-client.js';
import { LAYOUTS, SEED, type SharedDatabase, startSharedDatabase } from './shared-database.js';

const CLIENTS = 8;
const STEPS = 60;
const SESSIONS = ['one', 'two', 'three'];

it.each(LAYOUTS)('%s: concurrent clients lose no acknowledged update and read no stale value', async (layout) => {
  const database = await startSharedDatabase(layout);
  try {
    const initial = bodyWith(Object.fromEntries(FIELDS.map((field) => [field, INITIAL_VALUE])));
    for (const session_id of SESSIONS) {
      const created = await call(database.url(0), '/sessions', { method: 'POST', body: { session_id, ...initial } });
      expect(created.status).toBe(201);
    }
    const history = new History();
    const clientOf = (turn: number) =>
      new RecordedClient(`c${turn}`, database.url(turn), SESSIONS, history, SEED * 1_000 + turn);
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, turn) => clientOf(turn).run(STEPS)));
    await lockInTurns(database, clients);
    for (const id of SESSIONS) await clientOf(CLIENTS).read(id);

    expect(history.count('write', true)).toBeGreaterThan(CLIENTS * STEPS * 0.6);
    expect(history.count('read', true)).toBeGreaterThan(CLIENTS * STEPS);
    expect(history.contradictions(), `FAULTS_SEED=${SEED}`).toEqual({});
    recordRace(
      `${CLIENTS} clients of two processes PATCH, rename and read ${SESSIONS.length} sessions`,
      CLIENTS * STEPS,
      'the history of every field is linearizable',
    );
  } finally {
    await database.stop();
  }
});

/**
 * Locks one session after another while the clients are running, so that writes wait in PostgreSQL. A write that waits
 * has started before the row version that it updates exists, which is when an update can get lost.
 */
async function lockInTurns(database: SharedDatabase, clients: Promise<unknown>): Promise<void> {
  let areRunning = true;
  const settled = clients.finally(() => {
    areRunning = false;
  });
  for (let turn = 0; areRunning; turn++) {
    const id = SESSIONS[turn % SESSIONS.length];
    await database.sql(`BEGIN; SELECT 1 FROM ai.agno_sessions WHERE session_id = '${id}' FOR UPDATE;
      SELECT pg_sleep(0.01); COMMIT`);
  }
  await settled;
}
