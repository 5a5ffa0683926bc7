import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { failuresOf, faultsOf, slowestOf, statusesOf } from '../support/figures.js';
import { keepFinding } from '../support/keep-finding.js';
import { Scenario, SICK } from '../support/scenario.js';
import type { Weather } from '../support/tcp-proxy.js';
import { underFault } from '../support/under-fault.js';

describe('the network to the database', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
  });
  afterAll(() => scenario.stop());

  it.each<{ does: string; weather: Weather; name: string; lastsMs: number }>([
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
    await underFault(scenario, {
      name,
      strike: () => scenario.network.set(weather),
      lastsMs,
      heal: () => scenario.network.set({ kind: 'pass' }),
    });
  });

  it('cuts connections again and again', async () => {
    let cutting: NodeJS.Timeout | undefined;
    await underFault(scenario, {
      name: 'All connections reset, ten times a second for 3 s',
      strike: () => {
        cutting = setInterval(() => scenario.network.cut(), 100);
      },
      lastsMs: 3_000,
      heal: () => clearInterval(cutting),
    });
  });

  it('refuses connections', async () => {
    await underFault(scenario, {
      name: 'All connections reset and new ones refused for 3 s',
      strike: () => scenario.network.refuse(),
      lastsMs: 3_000,
      heal: () => scenario.network.listen(),
    });
  });

  it('forgets connections', { tags: 'quick' }, async () => {
    await underFault(scenario, {
      name: 'All connections forgotten by a firewall: dead, and nobody is told',
      strike: () => scenario.network.forgetConnections(),
      lastsMs: 1_000,
      heal: () => undefined,
    });
  });

  it('forgets connections that rest', async () => {
    await until(async () => (await call(scenario.service.baseUrl, `/sessions?db_id=${SICK}`)).status === 200);
    await sleep(1_500);
    scenario.network.forgetConnections();
    const traffic = scenario.traffic(SICK);
    await until(async () => traffic.sent.length >= 100);
    await traffic.stop();
    keepFinding({
      fault: 'Connections forgotten while nobody asked',
      requests: traffic.sent.length,
      outcome: `${statusesOf(traffic.sent)}; slowest ${slowestOf(traffic.sent).toFixed(0)} ms`,
      lostWrites: 0,
      wrongAnswers: faultsOf(traffic.sent).length,
    });
    expect(statusesOf(failuresOf(traffic.sent).filter(({ status }) => status !== 503))).toBe('');
    expect(faultsOf(traffic.sent)).toEqual([]);
  });
});
