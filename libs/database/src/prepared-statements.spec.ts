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

/** What a pooler does to a connection is done here behind the service's back. */
describe('a connection that is shared', () => {
  let database: Database;
  const run = (text: string) => database.query({ name: '', text }, [], new Deadline());
  const add = () => database.query(ADD, [1], new Deadline());
  const prepared = () => run('SELECT name FROM pg_prepared_statements');

  beforeEach(() => {
    database = new Database({ id: 'main', dsn: inject('postgresDsn'), replicas: [] }, LIMITS, UNOBSERVED, UNLOGGED);
  });
  afterEach(() => database.close());

  it('keeps prepared statements while they are there', async () => {
    await add();
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await prepared()).toEqual([{ name: ADD.name }]);
  });

  it('has forgotten a statement (26000): it is answered all the same, and none is prepared again', async () => {
    await add();
    await run('DEALLOCATE ALL');
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await add()).toEqual([{ sum: '2' }]);
    expect(await prepared()).toEqual([]);
  });

  it('knows a statement from somebody else (42P05): it is answered all the same', async () => {
    await run(`PREPARE "${ADD.name}" AS SELECT 'somebody else'`);
    expect(await add()).toEqual([{ sum: '2' }]);
  });

  it('names nothing in a transaction, where nothing that failed can be sent again', async () => {
    const sums = database.transaction(new Deadline(), async (run) => [await run(ADD, [1]), await run(ADD, [2])]);
    expect(await sums).toEqual([[{ sum: '2' }], [{ sum: '3' }]]);
    expect(await prepared()).toEqual([]);
  });

  it('still tells what is wrong with a statement', async () => {
    await expect(database.query(namedStatement('bad', 'SELECT'.repeat(2)), [], new Deadline())).rejects.toMatchObject({
      code: '42601',
    });
  });
});
