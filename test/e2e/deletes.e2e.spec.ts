import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

/** The tables of agno 3.x whose rows belong to a session, with the columns that its deletion needs. */
const CASCADE_TABLES = `CREATE SCHEMA fs;
  CREATE TABLE fs.agno_fs (namespace varchar, path varchar, PRIMARY KEY (namespace, path));
  CREATE TABLE ai.agno_tool_results (result_id varchar PRIMARY KEY, namespace varchar, path varchar, session_id varchar);
  CREATE TABLE ai.agno_compactions (compaction_id varchar PRIMARY KEY, session_id varchar);
  CREATE TABLE ai.agno_transcripts (position bigint PRIMARY KEY, agno_session_id varchar);`;

/** The rows that a conversation with the session id `s` leaves in tables other than the sessions table. */
const CONVERSATION = `INSERT INTO ai.agno_compactions VALUES ('c', 's');
  INSERT INTO ai.agno_transcripts VALUES (1, 's');
  INSERT INTO ai.agno_tool_results VALUES ('t', 'n', 'p', 's');
  INSERT INTO fs.agno_fs VALUES ('n', 'p');`;
const RUN = `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at)
  VALUES ('late', 's', 'agent', '{"run_id": "late"}', 1)`;

const TABLES = [
  'ai.agno_sessions',
  'ai.agno_runs',
  'ai.agno_compactions',
  'ai.agno_transcripts',
  'ai.agno_tool_results',
  'fs.agno_fs',
];
const LEFTOVERS = TABLES.slice(2);

describe.each([
  ['with prepared statements', ''],
  ['through a transaction pooler', '?pgbouncer=true'],
])('deletes %s', (_, parameters) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn + parameters });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: {} });
    await database.sql(CASCADE_TABLES);
  });
  afterAll(() => service.stop());
  beforeEach(() => database.sql(`TRUNCATE ${TABLES.join(', ')}`));

  /** The tables that have rows. */
  const filledTables = async (): Promise<string[]> => {
    const counts = TABLES.map((table) => `SELECT '${table}' AS name, count(*) FROM ${table}`);
    const rows = await database.sql<{ name: string; count: string }>(counts.join(' UNION ALL '));
    return rows.filter(({ count }) => count !== '0').map(({ name }) => name);
  };
  const create = () =>
    call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', user_id: 'ada' } });
  const BULK = { method: 'DELETE', body: { session_ids: ['s'], session_types: ['agent'] } };
  const remove = {
    single: () => call(service.baseUrl, '/sessions/s', { method: 'DELETE' }),
    'single, restricted to a user': () => call(service.baseUrl, '/sessions/s?user_id=ada', { method: 'DELETE' }),
    bulk: () => call(service.baseUrl, '/sessions', BULK),
    'bulk, restricted to a user': () => call(service.baseUrl, '/sessions?user_id=ada', BULK),
  };
  const WAYS = Object.keys(remove) as (keyof typeof remove)[];

  it.each(WAYS)('remove all rows of a session, also those added while they waited for its lock (%s)', async (way) => {
    await create();
    const agent = await database.begin();
    await agent.sql(`SELECT FROM ai.agno_sessions FOR UPDATE`);
    const removing = remove[way]();
    await until(async () => (await database.lockWaiters()) === 1);
    await agent.sql(CONVERSATION);
    await agent.sql(RUN);
    await agent.commit();
    expect((await removing).status).toBe(204);
    expect(await filledTables()).toEqual([]);
  });

  it.each(WAYS)(
    'keep a session whose owner changes while they wait for its lock only if they name a user (%s)',
    async (way) => {
      await create();
      await database.sql(CONVERSATION);
      const other = await database.begin();
      await other.sql(`UPDATE ai.agno_sessions SET user_id = 'bob'`);
      const removing = remove[way]();
      await until(async () => (await database.lockWaiters()) === 1);
      await other.commit();
      expect((await removing).status).toBe(204);
      expect(await filledTables()).toEqual(way.endsWith('user') ? ['ai.agno_sessions', ...LEFTOVERS] : []);
    },
  );

  it.each([
    ['single', LEFTOVERS],
    ['single, restricted to a user', LEFTOVERS],
    ['bulk', []],
    ['bulk, restricted to a user', LEFTOVERS],
  ] as const)('remove leftover rows without a session only in bulk and for all users (%s)', async (way, expected) => {
    await database.sql(CONVERSATION);
    expect((await remove[way]()).status).toBe(204);
    expect(await filledTables()).toEqual(expected);
  });

  it('delete a session also after one of the tables with its rows was dropped', async () => {
    await create();
    await database.sql(CONVERSATION);
    await database.sql('ALTER TABLE ai.agno_compactions RENAME TO old_compactions');
    try {
      expect((await remove.single()).status).toBe(204);
    } finally {
      await database.sql('ALTER TABLE ai.old_compactions RENAME TO agno_compactions');
    }
    expect(await filledTables()).toEqual(['ai.agno_compactions']);
    expect((await remove.bulk()).status).toBe(204);
    expect(await filledTables()).toEqual([]);
  });

  it('lock the sessions of a bulk delete in the order of their ids', async () => {
    // The rows are in this order in the table.
    for (const session_id of ['c', 'b', 'a'])
      await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id } });
    const blocker = await database.begin();
    await blocker.sql("SELECT FROM ai.agno_sessions WHERE session_id = 'b' FOR UPDATE");
    const body = { session_ids: ['c', 'b', 'a'], session_types: ['agent', 'agent', 'agent'] };
    const removing = call(service.baseUrl, '/sessions', { method: 'DELETE', body });
    await until(async () => (await database.lockWaiters()) === 1);
    const lockable = await database.sql('SELECT session_id FROM ai.agno_sessions FOR UPDATE SKIP LOCKED');
    expect(lockable).toEqual([{ session_id: 'c' }]);
    await blocker.commit();
    expect((await removing).status).toBe(204);
    expect(await filledTables()).toEqual([]);
  });
});
