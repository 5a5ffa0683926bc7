import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { FAULTY, FaultScenario } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { recordReliability } from '../support/record-reliability.js';

describe('the database server', () => {
  let scenario: FaultScenario;

  beforeAll(async () => {
    // What commits nothing is written down late, which leaves time to kill the server before.
    scenario = await FaultScenario.start({ settings: ['wal_writer_delay=10s'] });
  });
  afterAll(() => scenario.stop());

  it('is killed and started again', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL killed (-9), started again after 3 s',
      strike: () => scenario.sick.kill(),
      lastsMs: 3_000,
      heal: () => scenario.sick.restart(),
    });
  });

  it('stands still for a moment', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 5 s',
      strike: () => scenario.sick.freeze(),
      lastsMs: 5_000,
      heal: () => scenario.sick.thaw(),
    });
  });

  it('stands still for a minute', async () => {
    await injectFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 60 s',
      strike: () => scenario.sick.freeze(),
      lastsMs: 60_000,
      heal: () => scenario.sick.thaw(),
    });
  });

  it('ends all connections again and again', async () => {
    let ending: NodeJS.Timeout | undefined;
    const endAll = () => scenario.sick.sql(END_ALL);
    await injectFault(scenario, {
      name: 'All connections ended by the server (`pg_terminate_backend`), five times a second for 3 s',
      strike: () => {
        ending = setInterval(endAll, 200);
      },
      lastsMs: 3_000,
      heal: () => clearInterval(ending),
    });
  });

  it('gives a transaction id a second time after a crash', async () => {
    const { service, sick } = scenario;
    const total = async () => (await call(service.baseUrl, `/sessions?limit=1&db_id=${FAULTY}`)).text.match(TOTAL)?.[1];
    await until(async () => (await total()) !== undefined);
    await sick.sql('BEGIN; SELECT pg_current_xact_id(); ROLLBACK', FAULTY);
    const before = Number(await total());
    await sick.kill();
    await sick.restart();
    await until(async () => (await call(service.baseUrl, `/sessions/one-more?db_id=${FAULTY}`)).status === 404);
    await call(service.baseUrl, `/sessions?db_id=${FAULTY}`, { method: 'POST', body: { session_id: 'one-more' } });
    const after = Number(await total());
    recordReliability({
      fault: 'PostgreSQL killed before it wrote down that a transaction was rolled back: its id comes a second time',
      requests: 1,
      outcome: `a list counts ${before} sessions before, ${after} after one more was created`,
      lostWrites: 0,
      wrongAnswers: after === before + 1 ? 0 : 1,
    });
    expect(after).toBe(before + 1);
  });

  // Last, since the scenario goes on with the other server.
  it('is replaced by its standby', async () => {
    const primary = scenario.sick;
    const standby = await primary.followInStep();
    try {
      await injectFault(scenario, {
        name: 'Fail-over: primary killed (-9), synchronous standby promoted after 2 s',
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

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${FAULTY}'`;
