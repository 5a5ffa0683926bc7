import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { FAULTY, FaultScenario } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, failuresOf, slowestOf, violationsOf } from '../support/response-statistics.js';
import type { NetworkCondition } from '../support/tcp-proxy.js';

describe('the network to the database', () => {
  let scenario: FaultScenario;

  beforeAll(async () => {
    scenario = await FaultScenario.start();
  });
  afterAll(() => scenario.stop());

  it.each<{ does: string; weather: NetworkCondition; name: string; lastsMs: number }>([
    { does: 'freezes', weather: { kind: 'stall' }, name: 'Network frozen both ways for 5 s', lastsMs: 5_000 },
    {
      does: 'is a black hole',
      weather: { kind: 'swallow' },
      name: 'Network swallows everything for 5 s',
      lastsMs: 5_000,
    },
    { does: 'is slow', weather: { kind: 'delay', ms: 100 }, name: '100 ms more each way for 3 s', lastsMs: 3_000 },
    { does: 'trickles', weather: { kind: 'trickle', bytes: 20 }, name: '20 bytes per ms for 3 s', lastsMs: 3_000 },
  ])('$does', async ({ name, weather, lastsMs }) => {
    await injectFault(scenario, {
      name,
      strike: () => scenario.network.set(weather),
      lastsMs,
      heal: () => scenario.network.set({ kind: 'pass' }),
    });
  });

  it('cuts connections again and again', async () => {
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

  it('refuses connections', async () => {
    await injectFault(scenario, {
      name: 'All connections reset and new ones refused for 3 s',
      strike: () => scenario.network.refuse(),
      lastsMs: 3_000,
      heal: () => scenario.network.listen(),
    });
  });

  it('forgets connections', { tags: 'quick' }, async () => {
    await injectFault(scenario, {
      name: 'All connections forgotten by a firewall: dead, and nobody is told',
      strike: () => scenario.network.forgetConnections(),
      lastsMs: 1_000,
      heal: () => undefined,
    });
  });

  it('forgets connections that rest', async () => {
    await until(async () => (await call(scenario.service.baseUrl, `/sessions?db_id=${FAULTY}`)).status === 200);
    await sleep(1_500);
    scenario.network.forgetConnections();
    const traffic = scenario.traffic(FAULTY);
    await until(async () => traffic.sent.length >= 100);
    await traffic.stop();
    recordReliability({
      fault: 'Connections forgotten while nobody asked',
      requests: traffic.sent.length,
      outcome: `${countStatuses(traffic.sent)}; slowest ${slowestOf(traffic.sent).toFixed(0)} ms`,
      lostWrites: 0,
      wrongAnswers: violationsOf(traffic.sent).length,
    });
    expect(countStatuses(failuresOf(traffic.sent).filter(({ status }) => status !== 503))).toBe('');
    expect(violationsOf(traffic.sent)).toEqual([]);
  });
});
