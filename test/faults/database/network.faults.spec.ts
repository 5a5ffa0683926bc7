import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { FAULTY, FaultScenario } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, failuresOf, slowestOf, violationsOf } from '../support/response-statistics.js';
import type { NetworkCondition } from '../support/tcp-proxy.js';

describe('a service with a failing network to its database', () => {
  let scenario: FaultScenario;

  beforeAll(async () => {
    scenario = await FaultScenario.start();
  });
  afterAll(() => scenario.stop());

  it.each<[when: string, condition: NetworkCondition, name: string, lastsMs: number]>([
    ['freezes', { kind: 'stall' }, 'Network frozen in both directions for 5 s', 5_000],
    ['drops all packets silently', { kind: 'swallow' }, 'Network swallows everything for 5 s', 5_000],
    [
      'delays all packets by 100 ms',
      { kind: 'delay', ms: 100 },
      'Network delays each direction by 100 ms for 3 s',
      3_000,
    ],
    [
      'delivers only 20 bytes per millisecond',
      { kind: 'trickle', bytes: 20 },
      'Network delivers 20 bytes per ms for 3 s',
      3_000,
    ],
  ])('loses no write when the network %s', async (_, condition, name, lastsMs) => {
    await injectFault(scenario, {
      name,
      strike: () => scenario.network.set(condition),
      lastsMs,
      heal: () => scenario.network.set({ kind: 'pass' }),
    });
  });

  it('loses no write when all connections are reset repeatedly', async () => {
    let cutting: NodeJS.Timeout | undefined;
    await injectFault(scenario, {
      name: 'All connections reset, ten times a second for 3 s',
      strike: () => {
        cutting = setInterval(() => scenario.network.cut(), 100);
      },
      lastsMs: 3_000,
      heal: () => clearInterval(cutting),
    });
  });

  it('loses no write when connections are refused', async () => {
    await injectFault(scenario, {
      name: 'All connections reset and new ones refused for 3 s',
      strike: () => scenario.network.refuse(),
      lastsMs: 3_000,
      heal: () => scenario.network.listen(),
    });
  });

  it('loses no write when a firewall drops the state of all connections', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'A firewall drops the state of all connections without informing client or server',
      strike: () => scenario.network.forgetConnections(),
      lastsMs: 1_000,
      heal: () => undefined,
    });
  });

  it('fails requests only with 503 after a firewall has dropped the state of idle connections', async () => {
    await until(async () => (await call(scenario.service.baseUrl, `/sessions?db_id=${FAULTY}`)).status === 200);
    await sleep(1_500);
    scenario.network.forgetConnections();
    const traffic = scenario.traffic(FAULTY);
    await until(async () => traffic.sent.length >= 100);
    await traffic.stop();
    recordReliability({
      fault: 'A firewall drops the state of all connections while they are idle',
      requests: traffic.sent.length,
      outcome: `${countStatuses(traffic.sent)}; slowest ${slowestOf(traffic.sent).toFixed(0)} ms`,
      lostWrites: 0,
      wrongAnswers: violationsOf(traffic.sent).length,
    });
    expect(countStatuses(failuresOf(traffic.sent).filter(({ status }) => status !== 503))).toBe('');
    expect(violationsOf(traffic.sent)).toEqual([]);
  });
});
