import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { FAULTY, FaultScenario } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { recordReliability } from '../support/record-reliability.js';

describe('a service whose database server fails', () => {
  let scenario: FaultScenario;

  beforeAll(async () => {
    // Keeps the WAL of uncommitted transactions in memory for 10 s, so that the server can be killed before writing it.
    scenario = await FaultScenario.start({ settings: ['wal_writer_delay=10s'] });
  });
  afterAll(() => scenario.stop());

  it('loses no write when PostgreSQL is killed and restarted', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL killed (SIGKILL), restarted after 3 s',
      strike: () => scenario.faulty.kill(),
      lastsMs: 3_000,
      heal: () => scenario.faulty.restart(),
    });
  });

  it('loses no write when PostgreSQL is stopped for 5 s', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 5 s',
      strike: () => scenario.faulty.freeze(),
      lastsMs: 5_000,
      heal: () => scenario.faulty.thaw(),
    });
  });

  it('loses no write when PostgreSQL is stopped for a minute', async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 60 s',
      strike: () => scenario.faulty.freeze(),
      lastsMs: 60_000,
      heal: () => scenario.faulty.thaw(),
    });
  });

  it('loses no write when PostgreSQL terminates all connections repeatedly', async () => {
    let ending: NodeJS.Timeout | undefined;
    const terminateAll = () => scenario.faulty.sql(TERMINATE_ALL);
    await injectFault(scenario, {
      name: 'All connections terminated by the server (`pg_terminate_backend`), five times a second for 3 s',
      strike: () => {
        ending = setInterval(terminateAll, 200);
      },
      lastsMs: 3_000,
      heal: () => clearInterval(ending),
    });
  });

  it('counts sessions correctly when PostgreSQL reuses a transaction id after a crash', async () => {
    const { service, faulty } = scenario;
    const total = async () => (await call(service.baseUrl, `/sessions?limit=1&db_id=${FAULTY}`)).text.match(TOTAL)?.[1];
    await until(async () => (await total()) !== undefined);
    await faulty.sql('BEGIN; SELECT pg_current_xact_id(); ROLLBACK', FAULTY);
    const before = Number(await total());
    await faulty.kill();
    await faulty.restart();
    await until(async () => (await call(service.baseUrl, `/sessions/one-more?db_id=${FAULTY}`)).status === 404);
    await call(service.baseUrl, `/sessions?db_id=${FAULTY}`, { method: 'POST', body: { session_id: 'one-more' } });
    const after = Number(await total());
    recordReliability({
      fault: 'PostgreSQL killed before it stored a rolled back transaction, whose id it then reuses',
      requests: 1,
      outcome: `a list counts ${before} sessions before the crash, and ${after} after one more was created`,
      lostWrites: 0,
      wrongAnswers: after === before + 1 ? 0 : 1,
    });
    expect(after).toBe(before + 1);
  });

  // This test is the last, because the standby replaces the server.
  it('loses no write when a standby is promoted', async () => {
    const primary = scenario.faulty;
    const standby = await primary.startSynchronousStandby();
    try {
      await injectFault(scenario, {
        name: 'Fail-over: primary killed (SIGKILL), synchronous standby promoted after 2 s',
        strike: () => primary.kill(),
        lastsMs: 2_000,
        heal: () => scenario.failOverTo(standby),
      });
    } finally {
      primary.end();
    }
  });
});

const TOTAL = /"total_count":(\d+)/;

const TERMINATE_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${FAULTY}'`;
