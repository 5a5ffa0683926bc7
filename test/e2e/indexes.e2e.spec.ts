import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { V2_TABLES } from '../support/agno-tables.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT } from '../support/session-service.js';

describe('the index command', () => {
  let database: ScratchDatabase;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(V2_TABLES);
  });

  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [resolve(CHECKOUT, 'dist/apps/session-service/src/indexes.js'), ...args], {
      env: { AGNO_PG_DSN: database.dsn },
    });

  async function indexes(): Promise<string[]> {
    const rows = await database.sql(
      "SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE 'agno_session_service%'",
    );
    return rows.map(({ name }) => name).sort();
  }

  it('prints its statements by default, executes them with --apply, and drops only its own indexes with --remove', async () => {
    const { stdout } = await run();
    expect(stdout).toContain('CREATE INDEX CONCURRENTLY');
    expect(await indexes()).toEqual([]);
    await run('--apply');
    await run('--apply');
    const names = ['agent', 'team', 'updated', 'user', 'workflow'].map((suffix) => `agno_session_service_${suffix}`);
    expect(await indexes()).toEqual(names);
    await run('--remove');
    expect(await indexes()).toEqual([]);
    expect(await database.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'agno_sessions'")).toHaveLength(1);
  });

  it('builds an index anew that an interrupted --apply has left unusable', async () => {
    await run('--apply');
    await database.sql(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ai.agno_session_service_user'::regclass",
    );
    await run('--apply');
    expect(await database.sql('SELECT 1 FROM pg_index WHERE NOT indisvalid')).toEqual([]);
    await run('--remove');
  });

  it('fails with "No database is configured with id" when --db is unknown', async () => {
    await expect(run('--db', 'nope')).rejects.toThrow("No database is configured with id 'nope'");
  });
});
