import { afterAll, beforeAll, describe, it } from 'vitest';
import { Scenario, SICK } from '../support/scenario.js';
import { underFault } from '../support/under-fault.js';

describe('the database server', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
  });
  afterAll(() => scenario.stop());

  it('is killed and started again', { tags: 'quick' }, async () => {
    await underFault(scenario, {
      name: 'PostgreSQL killed (-9), started again after 3 s',
      strike: () => scenario.sick.kill(),
      lastsMs: 3_000,
      heal: () => scenario.sick.restart(),
    });
  });

  it('stands still for a moment', { tags: 'quick' }, async () => {
    await underFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 5 s',
      strike: () => scenario.sick.freeze(),
      lastsMs: 5_000,
      heal: () => scenario.sick.thaw(),
    });
  });

  it('stands still for a minute', async () => {
    await underFault(scenario, {
      name: 'PostgreSQL stopped (SIGSTOP) for 60 s',
      strike: () => scenario.sick.freeze(),
      lastsMs: 60_000,
      heal: () => scenario.sick.thaw(),
    });
  });

  it('ends all connections again and again', async () => {
    let ending: NodeJS.Timeout | undefined;
    const endAll = () => scenario.sick.sql(END_ALL);
    await underFault(scenario, {
      name: 'All connections ended by the server (`pg_terminate_backend`), five times a second for 3 s',
      strike: () => {
        ending = setInterval(endAll, 200);
      },
      lastsMs: 3_000,
      heal: () => clearInterval(ending),
    });
  });

  // Last, since the scenario goes on with the other server.
  it('is replaced by its standby', async () => {
    const primary = scenario.sick;
    const standby = await primary.follow();
    try {
      await underFault(scenario, {
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

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${SICK}'`;
