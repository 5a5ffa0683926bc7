import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { failuresOf, faultsOf, statusesOf } from '../support/figures.js';
import { keepFinding } from '../support/keep-finding.js';
import { faultsOfTables } from '../support/ledger.js';
import { POOL_SIZE, Scenario, SICK } from '../support/scenario.js';
import { underFault } from '../support/under-fault.js';

describe('the database', () => {
  let scenario: Scenario;
  const admin = (text: string) => scenario.sick.sql(text);

  beforeAll(async () => {
    scenario = await Scenario.start({ settings: ['max_connections=20', 'superuser_reserved_connections=3'] });
  });
  afterAll(() => scenario.stop());

  it('is renamed', async () => {
    await underFault(scenario, {
      name: 'Database renamed for 3 s (3D000)',
      strike: async () => {
        await admin(`ALTER DATABASE ${SICK} ALLOW_CONNECTIONS false`);
        await admin(END_ALL);
        await admin(`ALTER DATABASE ${SICK} RENAME TO elsewhere`);
      },
      lastsMs: 3_000,
      heal: async () => {
        await admin(`ALTER DATABASE elsewhere RENAME TO ${SICK}`);
        await admin(`ALTER DATABASE ${SICK} ALLOW_CONNECTIONS true`);
      },
    });
  });

  it('has another password', async () => {
    const keeper = new pg.Client({ connectionString: scenario.sick.databases.url('postgres') });
    await keeper.connect();
    await underFault(scenario, {
      name: 'Password changed and connections ended for 3 s (28P01)',
      strike: async () => {
        await keeper.query("ALTER ROLE postgres PASSWORD 'another'");
        await keeper.query(END_ALL);
      },
      lastsMs: 3_000,
      heal: () => keeper.query("ALTER ROLE postgres PASSWORD 'hush'"),
    });
    await keeper.end();
  });

  it('is read-only', { tags: 'quick' }, async () => {
    const set = (value: string) => admin(`ALTER DATABASE ${SICK} SET default_transaction_read_only = ${value}`);
    await underFault(scenario, {
      name: 'Database read-only for 3 s (25006)',
      strike: async () => {
        await set('on');
        await admin(END_ALL);
      },
      lastsMs: 3_000,
      heal: async () => {
        await set('off');
        await admin(END_ALL);
      },
    });
  });

  it('has a lock on its tables', { tags: 'quick' }, async () => {
    const other = new pg.Client({ connectionString: scenario.sick.databases.url(SICK) });
    await other.connect();
    await underFault(scenario, {
      name: 'Sessions table locked (ACCESS EXCLUSIVE) by somebody else for 5 s',
      strike: () => other.query('BEGIN; LOCK TABLE ai.agno_sessions'),
      lastsMs: 5_000,
      heal: () => other.query('ROLLBACK'),
    });
    await other.end();
  });

  it('has no connection to give', async () => {
    const others: pg.Client[] = [];
    await underFault(scenario, {
      name: '`max_connections` used up by others for 3 s (53300)',
      strike: async () => {
        await admin(END_ALL);
        for (let more = true; more; ) {
          const other = new pg.Client({ connectionString: scenario.sick.databases.url('postgres') });
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

  it('takes its time for every write', async () => {
    await underFault(scenario, {
      name: `Pool of ${POOL_SIZE} exhausted for 5 s: 40 clients, and every write takes 0.7 s`,
      clients: 40,
      strike: () => scenario.sick.sql(SLOW_WRITES, SICK),
      lastsMs: 5_000,
      heal: () => scenario.sick.sql('DROP FUNCTION slow CASCADE', SICK),
    });
  });

  // Last: what was written before is gone on purpose.
  it('is dropped and made anew', async () => {
    const { service, sick } = scenario;
    await sick.databases.dropDatabase(SICK);
    const meanwhile = await call(service.baseUrl, `/sessions?db_id=${SICK}`);
    await sick.databases.createDatabase(SICK);
    const traffic = scenario.traffic(SICK);
    await until(async () => traffic.sent.length >= 200);
    await traffic.stop();
    keepFinding({
      fault: 'Database dropped, and an empty one made in its place',
      requests: 1 + traffic.sent.length,
      outcome: `without it ${meanwhile.status}; with the new one, whose tables the first write made, ${statusesOf(traffic.sent)}`,
      lostWrites: 0,
      wrongAnswers: faultsOf(traffic.sent).length,
    });
    expect(meanwhile.status).toBe(503);
    expect(statusesOf(failuresOf(traffic.sent))).toBe('');
    expect(await faultsOfTables(traffic.sessions, sick, SICK)).toEqual([]);
    expect(faultsOf(traffic.sent)).toEqual([]);
  });
});

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${SICK}'`;

const SLOW_WRITES = `
  CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(${scaled(700) / 1_000}); RETURN NULL; END$$;
  CREATE TRIGGER slow AFTER INSERT OR UPDATE OR DELETE ON ai.agno_sessions FOR EACH STATEMENT EXECUTE FUNCTION slow()`;
