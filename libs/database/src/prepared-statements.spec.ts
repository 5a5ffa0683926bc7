import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { scaled } from '../../../test/support/time-scale.js';
import { Database, Deadline, namedStatement, UNLOGGED, UNOBSERVED } from './index.js';

const LIMITS = {
  size: 1,
  connectTimeoutMs: scaled(5_000),
  queueTimeoutMs: scaled(5_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 5_000,
};
const ADD = namedStatement('add', 'SELECT $1::int + 1 AS sum');

/** DEALLOCATE and PREPARE change the prepared statements of the connection as a transaction pooler would. */
describe('PreparedStatements', () => {
  let database: Database;
  const run = (sql: string) => database.query({ name: '', text: sql }, [], new Deadline());
  const add = () => database.query(ADD, [1], new Deadline());
  const prepared = () => run('SELECT name FROM pg_prepared_statements');

  beforeEach(() => {
    database = new Database({ id: 'main', dsn: inject('postgresDsn'), replicas: [] }, LIMITS, UNOBSERVED, UNLOGGED);
  });
  afterEach(() => database.close());

  it('reuses a prepared statement', async () => {
    await add();
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await prepared()).toEqual([{ name: ADD.name }]);
  });

  it('repeats a statement whose name the server does not know (26000), and prepares no later statement', async () => {
    await add();
    await run('DEALLOCATE ALL');
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await prepared()).toEqual([]);
  });

  it('repeats a statement whose name is taken (42P05)', async () => {
    await run(`PREPARE "${ADD.name}" AS SELECT 'another client'`);
    expect(await add()).toEqual([{ sum: '2' }]);
  });

  it('prepares a statement again after ALTER TABLE has changed the types of its result', async () => {
    await run('DROP TABLE IF EXISTS altered');
    await run('CREATE TABLE altered AS SELECT 1 AS value');
    const read = namedStatement('altered', 'SELECT * FROM altered');
    expect(await database.query(read, [], new Deadline())).toEqual([{ value: '1' }]);
    await run("ALTER TABLE altered ALTER COLUMN value TYPE text USING value || 'st', ADD COLUMN added int");
    const rows = [{ value: '1st', added: null }];
    expect(await database.query(read, [], new Deadline())).toEqual(rows);
    expect(await database.query(read, [], new Deadline())).toEqual(rows);
    expect(await prepared()).toEqual([{ name: read.name }]);
    await run('DROP TABLE altered');
  });

  it('prepares nothing in a transaction, where a failed statement cannot be sent again', async () => {
    const sums = database.transaction(new Deadline(), async (run) => [await run(ADD, [1]), await run(ADD, [2])]);
    expect(await sums).toEqual([[{ sum: '2' }], [{ sum: '3' }]]);
    expect(await prepared()).toEqual([]);
  });

  it('does not repeat a statement after an error that does not concern its name', async () => {
    await expect(database.query(namedStatement('bad', 'SELECT'.repeat(2)), [], new Deadline())).rejects.toMatchObject({
      code: '42601',
    });
  });
});
