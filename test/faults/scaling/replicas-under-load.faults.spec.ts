import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { REQUEST_TIMEOUT_MS } from '../support/fault-scenario.js';
import type { KillablePostgres } from '../support/killable-postgres.js';
import { recordReliability } from '../support/record-reliability.js';
import { MAIN_DATABASE, ReplicatedService } from '../support/replicated-service.js';
import { countStatuses, p99Of, slowestOf, unexpectedStatuses, violationsOf } from '../support/response-statistics.js';
import { tableViolations } from '../support/table-checks.js';

const DURATION_MS = 3_000;
const WARM_UP = 200;

describe('a service with two read replicas', () => {
  let replicated: ReplicatedService;

  beforeAll(async () => {
    replicated = await ReplicatedService.start(2);
  });
  afterAll(() => replicated.stop());

  /** Injects a fault into one replica. Expects no failed request, no stale read, and later reads of this replica. */
  async function expectUnaffected(
    fault: string,
    strike: (standby: KillablePostgres) => unknown,
    heal: (standby: KillablePostgres) => unknown,
  ) {
    const [standby] = replicated.standbys;
    if (standby === undefined) expect.fail('no standby');
    const traffic = replicated.traffic(fault.replaceAll(/\W/g, '-'));
    try {
      await until(async () => traffic.sent.length >= WARM_UP && (await replicated.reads()).every((count) => count > 0));
      const struckAt = performance.now();
      try {
        await strike(standby);
        await sleep(DURATION_MS);
      } finally {
        await heal(standby);
      }
      const during = traffic.since(struckAt);
      const before = await replicated.reads();
      const healedAt = performance.now();
      await until(async () => ((await replicated.reads())[1] ?? 0) > (before[1] ?? 0) + 50, scaled(60_000));
      const recoveryMs = Math.round(performance.now() - healedAt);
      await traffic.stop();
      const lost = await tableViolations(traffic.sessions, replicated.primary, MAIN_DATABASE);
      const wrong = violationsOf(traffic.sent);
      recordReliability({
        fault,
        requests: during.length,
        outcome: `${countStatuses(during)}; p99 ${p99Of(during).toFixed(0)} ms, slowest ${slowestOf(during).toFixed(0)} ms; replica read again afterwards`,
        recoveryMs,
        lostWrites: lost.length,
        wrongAnswers: wrong.length,
      });
      expect({ lost, wrong }).toEqual({ lost: [], wrong: [] });
      expect(unexpectedStatuses(traffic.sent), 'unexpected statuses').toBe('');
      expect(slowestOf(traffic.sent)).toBeLessThan(REQUEST_TIMEOUT_MS);
    } finally {
      await traffic.stop();
    }
  }

  it('fails no request and reads no stale data when one replica is killed', () =>
    expectUnaffected(
      'One of two read replicas killed (SIGKILL) for 3 s',
      (standby) => standby.kill(),
      (standby) => standby.restart(),
    ));

  it('fails no request and reads no stale data when one replica is stopped', () =>
    expectUnaffected(
      'One of two read replicas stopped (SIGSTOP) for 3 s',
      (standby) => standby.freeze(),
      (standby) => standby.thaw(),
    ));

  it('fails no request and reads no stale data when one replica falls behind', () =>
    expectUnaffected(
      'One of two read replicas pauses replay for 3 s',
      (standby) => standby.sql('SELECT pg_wal_replay_pause()'),
      (standby) => standby.sql('SELECT pg_wal_replay_resume()'),
    ));
});
