import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { FAULTY, FaultScenario, POOL_SIZE } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, failuresOf, violationsOf } from '../support/response-statistics.js';
import { tableViolations } from '../support/table-checks.js';

describe('a service whose database rejects requests', () => {
  let scenario: FaultScenario;
  const admin = (text: string) => scenario.faulty.sql(text);

  beforeAll(async () => {
    scenario = await FaultScenario.start({ settings: ['max_connections=20', 'superuser_reserved_connections=3'] });
  });
  afterAll(() => scenario.stop());

  it('loses no write when the database is renamed', async () => {
    await injectFault(scenario, {
      name: 'Database renamed for 3 s (3D000)',
      strike: async () => {
        await admin(`ALTER DATABASE ${FAULTY} ALLOW_CONNECTIONS false`);
        await admin(TERMINATE_ALL);
        await admin(`ALTER DATABASE ${FAULTY} RENAME TO elsewhere`);
      },
      lastsMs: 3_000,
      heal: async () => {
        await admin(`ALTER DATABASE elsewhere RENAME TO ${FAULTY}`);
        await admin(`ALTER DATABASE ${FAULTY} ALLOW_CONNECTIONS true`);
      },
    });
  });

  it('loses no write when the password is changed', async () => {
    const keeper = new pg.Client({ connectionString: scenario.faulty.databases.url('postgres') });
    await keeper.connect();
    await injectFault(scenario, {
      name: 'Password changed and connections terminated for 3 s (28P01)',
      strike: async () => {
        await keeper.query("ALTER ROLE postgres PASSWORD 'another'");
        await keeper.query(TERMINATE_ALL);
      },
      lastsMs: 3_000,
      heal: () => keeper.query("ALTER ROLE postgres PASSWORD 'hush'"),
    });
    await keeper.end();
  });

  it('loses no write when the database becomes read-only', { tags: 'quick' }, async () => {
    const set = (value: string) => admin(`ALTER DATABASE ${FAULTY} SET default_transaction_read_only = ${value}`);
    await injectFault(scenario, {
      name: 'Database read-only for 3 s (25006)',
      strike: async () => {
        await set('on');
        await admin(TERMINATE_ALL);
      },
      lastsMs: 3_000,
      heal: async () => {
        await set('off');
        await admin(TERMINATE_ALL);
      },
    });
  });

  it('loses no write when the sessions table is locked', { tags: 'quick' }, async () => {
    const other = new pg.Client({ connectionString: scenario.faulty.databases.url(FAULTY) });
    await other.connect();
    await injectFault(scenario, {
      name: 'Sessions table locked (ACCESS EXCLUSIVE) by another client for 5 s',
      strike: () => other.query('BEGIN; LOCK TABLE ai.agno_sessions'),
      lastsMs: 5_000,
      heal: () => other.query('ROLLBACK'),
    });
    await other.end();
  });

  it('loses no write when max_connections is exhausted', async () => {
    const others: pg.Client[] = [];
    await injectFault(scenario, {
      name: '`max_connections` exhausted by other clients for 3 s (53300)',
      strike: async () => {
        await admin(TERMINATE_ALL);
        for (let more = true; more; ) {
          const other = new pg.Client({ connectionString: scenario.faulty.databases.url('postgres') });
          other.on('error', () => undefined);
          more = await other.connect().then(
            () => others.push(other) > 0,
            () => false,
          );
        }
      },
      lastsMs: 3_000,
      heal: () => Promise.all(others.map((other) => other.end())),
    });
  });

  it('loses no write when writes are slow and the pool is exhausted', async () => {
    await injectFault(scenario, {
      name: `Pool of ${POOL_SIZE} exhausted for 5 s: 40 clients, and every write takes 0.7 s`,
      clients: 40,
      strike: () => scenario.faulty.sql(SLOW_WRITES, FAULTY),
      lastsMs: 5_000,
      heal: () => scenario.faulty.sql('DROP FUNCTION slow CASCADE', FAULTY),
    });
  });

  // This test is the last, because it drops the data of the tests before it.
  it('creates the tables again when the database is dropped and recreated', async () => {
    const { service, faulty } = scenario;
    await faulty.databases.dropDatabase(FAULTY);
    const meanwhile = await call(service.baseUrl, `/sessions?db_id=${FAULTY}`);
    await faulty.databases.createDatabase(FAULTY);
    const traffic = scenario.traffic(FAULTY);
    await until(async () => traffic.sent.length >= 200);
    await traffic.stop();
    recordReliability({
      fault: 'Database dropped and recreated empty',
      requests: 1 + traffic.sent.length,
      outcome: `${meanwhile.status} while the database is missing; afterwards the first write creates the tables: ${countStatuses(traffic.sent)}`,
      lostWrites: 0,
      wrongAnswers: violationsOf(traffic.sent).length,
    });
    expect(meanwhile.status).toBe(503);
    expect(countStatuses(failuresOf(traffic.sent))).toBe('');
    expect(await tableViolations(traffic.sessions, faulty, FAULTY)).toEqual([]);
    expect(violationsOf(traffic.sent)).toEqual([]);
  });
});

const TERMINATE_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${FAULTY}'`;

const SLOW_WRITES = `
  CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(${scaled(700) / 1_000}); RETURN NULL; END$$;
  CREATE TRIGGER slow AFTER INSERT OR UPDATE OR DELETE ON ai.agno_sessions FOR EACH STATEMENT EXECUTE FUNCTION slow()`;
