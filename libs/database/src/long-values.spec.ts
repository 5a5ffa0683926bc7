import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { runSql, startPostgres, type TestPostgres } from '../../../test/support/postgres.js';
import { makeCertificate } from '../../../test/support/server-certificate.js';
import { scaled } from '../../../test/support/time-scale.js';
import {
  ChangedValueTooLong,
  Database,
  Deadline,
  MemoryBudget,
  OVERSIZED,
  type Statement,
  StoredValueTooLong,
  UNLOGGED,
  UNOBSERVED,
} from './index.js';
import { MAX_VALUE_BYTES } from './message-framer.js';

const LIMITS = {
  size: 1,
  connectTimeoutMs: scaled(20_000),
  queueTimeoutMs: scaled(20_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 5_000,
};
const SESSION_INFO: Statement = {
  name: 'session-info',
  text: 'SELECT pg_backend_pid() AS pid, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
};

describe.each(['without TLS', 'with TLS'])('a value longer than MAX_VALUE_BYTES, read %s', (kind) => {
  const isEncrypted = kind === 'with TLS';
  let postgres: TestPostgres | undefined;
  let database: Database;
  const query = (statement: Statement) => database.query(statement, [], new Deadline());
  const unnamed = (sql: string): Statement => ({ name: '', text: sql });

  beforeAll(async () => {
    let dsn = `${inject('postgresDsn')}?sslmode=disable`;
    if (isEncrypted) {
      postgres = await startPostgres();
      const server = postgres.url('postgres');
      const [row] = await runSql(server, 'SHOW data_directory');
      makeCertificate(row?.data_directory);
      await runSql(server, 'ALTER SYSTEM SET ssl = on');
      await runSql(server, 'SELECT pg_reload_conf()');
      dsn = `${server}?sslmode=require`;
    }
    database = new Database({ id: 'main', dsn, replicas: [] }, LIMITS, UNOBSERVED, UNLOGGED);
  });
  afterAll(async () => {
    await database.close();
    await postgres?.stop();
  });

  it('makes the statement fail and the connection close', async () => {
    const [before] = await query(SESSION_INFO);
    expect(before?.ssl).toBe(isEncrypted ? 't' : 'f');
    const reading = query(unnamed(`SELECT 1 AS short, repeat('x', ${MAX_VALUE_BYTES + 1}) AS long`));
    await expect(reading).rejects.toThrow("Database 'main' holds a value that is too long to be read (column long)");
    const [after] = await query(SESSION_INFO);
    expect(after?.pid).not.toBe(before?.pid);
  });

  it('is returned as OVERSIZED by a statement with longValues=marked, and the connection is closed afterwards', async () => {
    const [before] = await query(SESSION_INFO);
    const sql = `SELECT n, CASE n WHEN 2 THEN repeat('x', ${MAX_VALUE_BYTES + 1}) END AS long, 'ü' AS last FROM generate_series(1, 3) n`;
    const [rows, next] = await database.transaction(new Deadline(), async (run) => [
      await run({ ...unnamed(sql), longValues: 'marked' }, []),
      await run(unnamed('SELECT 1 AS next'), []),
    ]);
    expect(next).toEqual([{ next: '1' }]);
    expect(rows).toEqual([
      { n: '1', long: null, last: 'ü' },
      { n: '2', long: OVERSIZED, last: 'ü' },
      { n: '3', long: null, last: 'ü' },
    ]);
    const [after] = await query(SESSION_INFO);
    expect(after?.pid).not.toBe(before?.pid);
  });

  it.each([
    ['gets ChangedValueTooLong in a column that must stay readable, and is not stored', 'long', 0],
    ['is returned as OVERSIZED in any other column, and stored', 'other', 1],
  ])('%s, when a change of a locked row returns it', async (_, column, stored) => {
    await query(unnamed('CREATE TABLE IF NOT EXISTS long_values (n int)'));
    const values = `repeat('x', ${MAX_VALUE_BYTES} + $1::int) AS ${column}`;
    const changing = database.changeLocked<Record<string, string>>(
      {
        ...unnamed(`WITH added AS (INSERT INTO long_values VALUES (1) RETURNING n) SELECT ${values} FROM added`),
        longValues: { markedExcept: ['long'] },
      },
      { lock: unnamed('SELECT $1::int AS excess'), values: [1], decide: async () => [1] },
      { deadline: new Deadline(), memory: new MemoryBudget(2 ** 31).reservation() },
    );
    if (stored === 0) await expect(changing).rejects.toBeInstanceOf(ChangedValueTooLong);
    else expect((await changing)?.[0]?.[column]).toBe(OVERSIZED);
    expect(await query(unnamed('SELECT FROM long_values'))).toHaveLength(stored);
    await query(unnamed('DROP TABLE long_values'));
  });

  it('causes the rollback of the transaction whose statement returns it', async () => {
    await query(unnamed('CREATE TABLE IF NOT EXISTS long_values (n int)'));
    const working = database.transaction(new Deadline(), async (run) => {
      await run(unnamed(`INSERT INTO long_values VALUES (1) RETURNING repeat('x', ${MAX_VALUE_BYTES + 1})`), []);
    });
    await expect(working).rejects.toBeInstanceOf(StoredValueTooLong);
    expect(await query(unnamed('SELECT FROM long_values'))).toEqual([]);
    await query(unnamed('DROP TABLE long_values'));
  });
});

describe('a key that is too long for an index', () => {
  it('is not reported as StoredValueTooLong, which has the same SQLSTATE 54000', async () => {
    const target = { id: 'main', dsn: inject('postgresDsn'), replicas: [] };
    const database = new Database(target, LIMITS, UNOBSERVED, UNLOGGED);
    onTestFinished(() => database.close());
    const sql = "CREATE TEMP TABLE t AS SELECT string_agg(md5(n::text), '') k FROM generate_series(1, 1000) n";
    const indexing = database.transaction(new Deadline(), async (run) => {
      await run({ name: '', text: sql }, []);
      await run({ name: '', text: 'CREATE INDEX ON t (k)' }, []);
    });
    await expect(indexing).rejects.toMatchObject({ code: '54000' });
  });
});
