import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../../../test/support/agno-tables.js';
import { until } from '../../../test/support/api.js';
import { createScratchDatabase, type ScratchDatabase } from '../../../test/support/scratch-database.js';
import { scaled } from '../../../test/support/time-scale.js';
import { Database, Deadline, MemoryBudget, UNLOGGED, UNOBSERVED } from '../../database/src/index.js';
import { SessionRepository } from './index.js';

const LIMITS = {
  size: 2,
  connectTimeoutMs: scaled(5_000),
  queueTimeoutMs: scaled(5_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 5_000,
};
const TABLES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };
const INSERT = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at) VALUES ('a', 'agent', 'a', 2), ('b', 'agent', 'a', 1)`;

describe('SessionRepository on tables that change while it is used', () => {
  let scratch: ScratchDatabase;
  let database: Database;
  let repository: SessionRepository;

  const scope = () => ({ userId: undefined, deadline: new Deadline(), memory: new MemoryBudget(1e8).reservation() });
  const hasRuns = async () => (await repository.readRun(scope(), 'a', 'r'))?.has_runs;
  const firstBy = async (sortBy: string) => {
    const query = { sortBy, descending: false, limit: 1n, offset: 0n, isCounted: true };
    const page = await repository.list(scope(), query);
    const step = page.sessions.next().next();
    page.close();
    return step.done ? step.value?.session_id : undefined;
  };

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    scratch = await createScratchDatabase();
    await scratch.sql(`${V2_TABLES} ${UPGRADE_TO_V3} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${INSERT}`);
    database = new Database({ id: 'main', dsn: scratch.dsn, replicas: [] }, LIMITS, UNOBSERVED, UNLOGGED);
    repository = new SessionRepository(database, TABLES);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  it('reads a runs column 30 s after it was added beside the runs table', async () => {
    expect(await hasRuns()).toBe('f');
    await scratch.sql(
      `ALTER TABLE ai.agno_sessions ADD COLUMN runs jsonb; UPDATE ai.agno_sessions SET runs = '[{"run_id": "r"}]'`,
    );
    expect(await hasRuns()).toBe('f');
    vi.advanceTimersByTime(30_000);
    await until(async () => (await hasRuns()) === 't', scaled(5_000));
  });

  it('sorts by an added column 30 s after it was added', async () => {
    await firstBy('rank');
    await scratch.sql(
      `ALTER TABLE ai.agno_sessions ADD COLUMN rank int; UPDATE ai.agno_sessions SET rank = created_at`,
    );
    vi.advanceTimersByTime(30_000);
    await until(async () => (await firstBy('rank')) === 'b', scaled(5_000));
  });

  it('sorts by an added column at once after any SQL error of class 42', async () => {
    await firstBy('rank');
    await scratch.sql(`ALTER TABLE ai.agno_sessions ADD COLUMN rank int; UPDATE ai.agno_sessions SET rank = created_at;
      ALTER TABLE ai.agno_runs RENAME COLUMN run_data TO data`);
    await expect(repository.read(scope(), 'a', 'whole')).rejects.toMatchObject({ code: '42703' });
    await scratch.sql('ALTER TABLE ai.agno_runs RENAME COLUMN data TO run_data');
    expect(await firstBy('rank')).toBe('b');
  });
});
