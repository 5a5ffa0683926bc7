import { afterAll, afterEach, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { until } from '../../../test/support/api.js';
import { runSql } from '../../../test/support/postgres.js';
import { scaled } from '../../../test/support/time-scale.js';
import {
  ChangeResultUnavailable,
  Database,
  Deadline,
  MAX_BUFFERED_BYTES,
  MemoryBudget,
  MemoryBudgetFull,
  namedStatement,
  type Rows,
  readRows,
  type Statement,
  StoredValueTooLong,
  UNLOGGED,
  UNOBSERVED,
} from './index.js';

const LIMITS = {
  size: 2,
  connectTimeoutMs: scaled(20_000),
  queueTimeoutMs: scaled(20_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 5_000,
};

/** A statement with `count` rows, each with its number and a string of `bytes` (an SQL expression) bytes. */
function rowsOf(count: number, bytes: number | string): Statement {
  return namedStatement(
    'rows',
    `SELECT i AS number, repeat('x', (${bytes})::int) AS text FROM generate_series(1, ${count}) i`,
  );
}

const STATE = namedStatement(
  'state',
  `SELECT count(*) AS open FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND state <> 'idle' AND application_name = 'rows_spec'`,
);

interface NumberedRow {
  readonly number: string;
  readonly text: string;
}

describe('readRows', () => {
  let database: Database;
  let budget: MemoryBudget;

  beforeAll(() => {
    database = new Database(
      { id: 'main', dsn: `${inject('postgresDsn')}?application_name=rows_spec`, replicas: [] },
      LIMITS,
      UNOBSERVED,
      UNLOGGED,
    );
    budget = new MemoryBudget(2 ** 26);
  });
  afterAll(() => database.close());

  function request(from = budget) {
    const limits = { deadline: new Deadline(), memory: from.reservation() };
    onTestFinished(() => limits.memory.release());
    return limits;
  }

  async function read(statement: Statement, willRewind = false, limits = request()): Promise<Rows<NumberedRow>> {
    const rows = await readRows<NumberedRow>(database, statement, [], limits, { willRewind });
    onTestFinished(() => rows.close());
    return rows;
  }

  /** Takes at most `maxRows` rows. */
  async function take(rows: Rows<NumberedRow>, maxRows = Number.POSITIVE_INFINITY): Promise<number[]> {
    const numbers: number[] = [];
    while (numbers.length < maxRows) {
      const row = rows.take();
      if (row !== undefined) numbers.push(Number(row.number));
      else if (rows.isOver) break;
      else await rows.more();
    }
    return numbers;
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const openTransactions = async () => Number((await database.query(STATE, [], new Deadline()))[0]?.open);

  /** Waits: the server may end a transaction after the client has released the connection. */
  const noTransactionIsOpen = () => until(async () => (await openTransactions()) === 0);
  afterEach(noTransactionIsOpen);

  it('buffers a small result and releases its connection', async () => {
    const rows = await read(rowsOf(100, 10_000));
    expect(rows.isOver).toBe(false);
    await noTransactionIsOpen();
    expect(await take(rows)).toEqual(upTo(100));
    rows.rewind();
    expect(await take(rows)).toEqual(upTo(100));
  });

  it.each([
    ['small rows', 60_000, '100'],
    ['large rows', 12, '1000000'],
    ['rows larger than the buffer', 3, '6000000'],
    ['small rows before large ones', 700, 'CASE WHEN i < 600 THEN 10000 ELSE 1000000 END'],
    ['one large row among small ones', 2_000, 'CASE i WHEN 1500 THEN 20000000 ELSE 10000 END'],
  ])('reads a large result of %s in portions', async (_, count, bytes) => {
    const limits = request();
    const rows = await read(rowsOf(count, bytes), false, limits);
    expect(await openTransactions()).toBe(1);
    expect(await take(rows)).toEqual(upTo(count));
    await noTransactionIsOpen();
  });

  it('holds at most a full buffer and one row in memory, even when the rows are taken slowly', async () => {
    const rows = await read(rowsOf(200, 1_000_000));
    for (let taken = 0; taken < 200; taken++) {
      while (rows.peek() === undefined) await rows.more();
      expect(budget.used).toBeLessThanOrEqual(2 * (MAX_BUFFERED_BYTES + 2_000_000));
      rows.take();
      await new Promise(setImmediate);
    }
    rows.close();
  });

  it.each([
    ['while the taken rows are kept in memory', 50],
    ['after more rows than are kept in memory', 700],
    ['after the last row', Number.POSITIVE_INFINITY],
  ])('rewinds to the first row in the same snapshot %s', async (_, taken) => {
    const name = `rewind_${Math.ceil(Math.random() * 1e9)}`;
    await runSql(
      inject('postgresDsn'),
      `CREATE TABLE ${name} AS SELECT i, repeat('x', 10000) AS t FROM generate_series(1, 900) i`,
    );
    onTestFinished(async () => void (await runSql(inject('postgresDsn'), `DROP TABLE ${name}`)));
    const rows = await read(namedStatement(name, `SELECT i AS number, t AS text FROM ${name} ORDER BY i`), true);
    expect(await take(rows, taken)).toEqual(upTo(Math.min(taken, 900)));
    await runSql(inject('postgresDsn'), `DELETE FROM ${name} WHERE i > 5`);
    await rows.rewind();
    expect(await take(rows)).toEqual(upTo(900));
    await noTransactionIsOpen();
    rows.close();
  });

  it('releases the connection when the rows are closed', async () => {
    for (let run = 0; run < 2 * LIMITS.size; run++) {
      const rows = await read(rowsOf(100, 1_000_000));
      await take(rows, 3);
      rows.close();
      await expect(take(rows)).rejects.toThrow();
    }
    await noTransactionIsOpen();
  });

  it('fails when the deadline expires, and releases the connection', async () => {
    for (const isIdle of [true, false]) {
      const limits = request();
      const rows = await read(rowsOf(100, 1_000_000), false, limits);
      await take(rows, 3);
      if (!isIdle) void rows.more().catch(() => undefined);
      limits.deadline.expire();
      await expect(take(rows)).rejects.toThrow();
      await noTransactionIsOpen();
    }
  });

  it.each([900, 1_000, 1_001])(
    'rejects, and does not report the end, when the deadline expires after %i of 1,050 rows',
    async (taken) => {
      const limits = request();
      // The last portion was sized for small rows, so its large rows exceed the buffer and reading pauses.
      const rows = await read(rowsOf(1_050, 'CASE WHEN i <= 1000 THEN 5000 ELSE 1000000 END'), false, limits);
      await take(rows, taken);
      await new Promise((resolve) => setTimeout(resolve, 20));
      limits.deadline.expire();
      await expect(take(rows)).rejects.toThrow();
    },
  );

  it('rejects with MemoryBudgetFull when the rows do not fit into the budget', async () => {
    const small = new MemoryBudget(2 ** 24);
    const others = small.reservation();
    others.hold(10 * 2 ** 20, 'rows');
    await expect(read(rowsOf(10, 500_000), false, request(small))).rejects.toThrow(MemoryBudgetFull);
    await expect(read(rowsOf(1, 10_000_000), false, request(small))).rejects.toThrow(MemoryBudgetFull);
    expect(small.used).toBeLessThan(2 ** 24);
    expect(await take(await read(rowsOf(1, 50_000), false, request(small)))).toEqual([1]);
  });

  it('returns the rows before a row that PostgreSQL cannot print, then rejects with StoredValueTooLong', async () => {
    const bytes = 'CASE i WHEN 3 THEN 1073741800 ELSE 10 END';
    const rows = await read(rowsOf(4, bytes));
    expect(await take(rows, 2)).toEqual([1, 2]);
    await expect(rows.more()).rejects.toThrow(StoredValueTooLong);
  });

  it('reserves memory for the new values of a locked row before they are computed', async () => {
    const small = new MemoryBudget(2 ** 26);
    small.reservation().hold(2 ** 25 + 2 ** 20, 'rows');
    let decisions = 0;
    const change = (bytes: number, limits = request(small)) =>
      database.changeLocked(
        namedStatement('changed', 'SELECT $1::int AS done'),
        {
          lock: namedStatement('locked', "SELECT repeat('x', $1::int) AS text"),
          values: [bytes],
          decide: async () => {
            decisions++;
            return [1];
          },
        },
        limits,
      );
    const refused = request(small);
    await expect(change(9_000_000, refused)).rejects.toThrow(MemoryBudgetFull);
    expect(decisions).toBe(0);
    refused.memory.release();
    expect(await change(6_000_000)).toEqual([{ done: '1' }]);
  });

  describe('with Database.change', () => {
    it('applies a change whose result is too large for memory, but not when no memory is left for the change itself', async () => {
      const name = `change_${Math.ceil(Math.random() * 1e9)}`;
      await runSql(inject('postgresDsn'), `CREATE TABLE ${name} (i int)`);
      onTestFinished(async () => void (await runSql(inject('postgresDsn'), `DROP TABLE ${name}`)));
      const insert = (count: number) =>
        namedStatement(
          `${name}${count}`,
          `WITH done AS (INSERT INTO ${name} VALUES (1) RETURNING i) SELECT repeat('x', 1000000) AS text FROM done, generate_series(1, ${count})`,
        );
      expect(await database.change(insert(2), [], request())).toHaveLength(2);
      expect(await database.change(insert(20), [], request())).toBeUndefined();
      const small = new MemoryBudget(2 ** 24);
      for (const megabytes of [8, 8]) small.reservation().hold(megabytes * 2 ** 20, 'rows');
      const first = request(small);
      await expect(database.change(insert(4), [], first)).rejects.toThrow(ChangeResultUnavailable);
      first.memory.release();
      small.reservation().hold(2 ** 21, 'change');
      await expect(database.change(insert(1), [], request(small))).rejects.toThrow(MemoryBudgetFull);
      expect(await runSql(inject('postgresDsn'), `SELECT count(*)::int AS count FROM ${name}`)).toEqual([{ count: 3 }]);
    });
  });
});
