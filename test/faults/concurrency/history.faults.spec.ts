import { expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { recordRace } from '../support/record-reliability.js';
import { FIELDS, History, INITIAL_VALUE } from './history.js';
import { bodyWith, RecordedClient } from './recorded-client.js';
import { LAYOUTS, SEED, type SharedDatabase, startSharedDatabase } from './shared-database.js';

const CLIENTS = 8;
const ACTS = 60;
const SESSIONS = ['one', 'two', 'three'];

it.each(LAYOUTS)('%s: no update that was answered is lost, and every read is of its moment', async (layout) => {
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
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, turn) => clientOf(turn).act(ACTS)));
    await crowd(database, clients);
    for (const id of SESSIONS) await clientOf(CLIENTS).read(id);

    expect(history.count('write', true)).toBeGreaterThan(CLIENTS * ACTS * 0.6);
    expect(history.count('read', true)).toBeGreaterThan(CLIENTS * ACTS);
    expect(history.contradictions(), `FAULTS_SEED=${SEED}`).toEqual({});
    recordRace(
      `${CLIENTS} clients of two processes PATCH, rename and read ${SESSIONS.length} sessions`,
      CLIENTS * ACTS,
      'the history of every field is linearizable',
    );
  } finally {
    await database.stop();
  }
});

/**
 * Holds sessions back in turns for as long as the clients are at work, so that their writes queue up: each of them then
 * began when the row was another one than it finds.
 */
async function crowd(database: SharedDatabase, clients: Promise<unknown>): Promise<void> {
  let areAtWork = true;
  const settled = clients.finally(() => {
    areAtWork = false;
  });
  for (let turn = 0; areAtWork; turn++) {
    const id = SESSIONS[turn % SESSIONS.length];
    await database.sql(`BEGIN; SELECT 1 FROM ai.agno_sessions WHERE session_id = '${id}' FOR UPDATE;
      SELECT pg_sleep(0.01); COMMIT`);
  }
  await settled;
}
