import { Database, Deadline, UNLOGGED, UNOBSERVED } from '@session-service/database';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../../../test/support/agno-tables.js';
import { createScratchDatabase, type ScratchDatabase } from '../../../test/support/scratch-database.js';
import { type ImportedSession, SessionImport } from './session-import.js';

const LIMITS = {
  size: 1,
  connectTimeoutMs: 60_000,
  queueTimeoutMs: 60_000,
  statementTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
};
const TABLES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };

const SESSION: ImportedSession = {
  session_id: 's',
  session_type: 'team',
  team_id: 'crew',
  user_id: 'ann',
  session_data: { session_name: 'Talk' },
  team_data: { name: 'Crew' },
  metadata: null,
  summary: null,
  created_at: 100,
  updated_at: 200,
  runs: [
    {
      run: { run_id: 'member', agent_id: 'a', parent_run_id: 'leader', status: 'COMPLETED', created_at: 110 },
      updated_at: 120,
    },
    { run: { run_id: 'leader', team_id: 'crew', status: 'ERROR', created_at: 105 }, updated_at: 130 },
  ],
};

const COLUMNS = 'session_type, team_id, user_id, metadata, summary, created_at, updated_at, agent_data';

describe('SessionImport', () => {
  it.each([
    ['without tables', ''],
    ['with an empty runs table', `${V2_TABLES.replace(' runs jsonb,', '')}${UPGRADE_TO_V3}`],
  ])('stores sessions and their runs as agno 3 does in a database %s', async (_, tables) => {
    const database = await databaseWith(tables);
    await store(database, [SESSION]);
    expect(await database.sql(`SELECT ${COLUMNS}, metadata::text AS text FROM ai.agno_sessions`)).toEqual([
      {
        session_type: 'team',
        team_id: 'crew',
        user_id: 'ann',
        metadata: null,
        text: 'null',
        summary: null,
        agent_data: null,
        created_at: '100',
        updated_at: '200',
      },
    ]);
    expect(await database.sql('SELECT * FROM ai.agno_runs ORDER BY run_index')).toEqual([
      expect.objectContaining({
        run_id: 'member',
        run_type: 'agent',
        agent_id: 'a',
        parent_run_id: 'leader',
        user_id: 'ann',
        run_index: '0',
        created_at: '110',
        updated_at: '120',
      }),
      expect.objectContaining({
        run_id: 'leader',
        run_type: 'team',
        status: 'ERROR',
        run_index: '1',
        updated_at: '130',
      }),
    ]);
  });

  it.each([
    ['jsonb', V2_TABLES],
    ['json', V2_JSON_TABLES],
  ])('stores the runs in the column of a database of agno 2 with %s columns', async (_, tables) => {
    const database = await databaseWith(tables);
    await store(database, [SESSION]);
    const [row] = await database.sql('SELECT runs FROM ai.agno_sessions');
    expect(row?.['runs']).toEqual(SESSION.runs.map(({ run }) => run));
  });

  it('leaves a session whose id is taken unchanged, and adds no runs to it', async () => {
    const database = await databaseWith('');
    await store(database, [{ ...SESSION, runs: [] }]);
    await store(database, [
      { ...SESSION, user_id: 'bob' },
      { ...SESSION, session_id: 'other', runs: [] },
    ]);
    expect(await database.sql('SELECT session_id, user_id FROM ai.agno_sessions ORDER BY 1')).toEqual([
      { session_id: 'other', user_id: 'ann' },
      { session_id: 's', user_id: 'ann' },
    ]);
    expect(await database.sql('SELECT FROM ai.agno_runs')).toEqual([]);
  });
});

async function databaseWith(tables: string): Promise<ScratchDatabase> {
  const database = await createScratchDatabase();
  if (tables !== '') await database.sql(tables);
  return database;
}

async function store({ dsn }: ScratchDatabase, sessions: readonly ImportedSession[]): Promise<void> {
  const database = new Database({ id: 'scratch', dsn, replicas: [] }, LIMITS, UNOBSERVED, UNLOGGED);
  onTestFinished(() => database.close());
  await new SessionImport(database, TABLES).store(sessions, new Deadline());
}
