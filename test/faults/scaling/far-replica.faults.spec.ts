import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { ReplicatedService } from '../support/replicated-service.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

/** One-way delay in milliseconds. The round trip exceeds the time in which a replica must report its position. */
const FAR_MS = 40;
/** Number of checks of the replica's position to wait for. */
const CHECKS = 3;

describe('a read replica with high latency', () => {
  let replicated: ReplicatedService;
  let network: TcpProxy;
  const ask = () => call(replicated.service.baseUrl, '/sessions/s');
  const rename = (name: string) =>
    call(replicated.service.baseUrl, '/sessions/s', { method: 'PATCH', body: { session_name: name } });

  beforeAll(async () => {
    replicated = await ReplicatedService.start(1);
    network = replicated.standbyNetworks[0] ?? expect.fail('no standby');
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  });
  afterAll(() => replicated.stop());

  it('is not read until its latency is low again', async () => {
    await replicated.untilStandbysRead(ask);
    network.set({ kind: 'delay', ms: FAR_MS });
    await rename('far');
    expect((await ask()).json).toMatchObject({ session_name: 'far' });
    const [, before] = await replicated.reads();
    const checks = await positions();
    for (let round = 0; (await positions()) < checks + CHECKS; round++) {
      await rename(`far ${round}`);
      expect((await ask()).json).toMatchObject({ session_name: `far ${round}` });
    }
    expect((await replicated.reads())[1]).toBe(before);
    network.set({ kind: 'pass' });
    await replicated.untilStandbysRead(ask);
  });

  it('causes no timer leak in the service when its latency changes repeatedly', async () => {
    const before = await timers();
    for (let round = 0; round < 5; round++) {
      network.set({ kind: 'delay', ms: FAR_MS });
      await rename(`far ${round}`);
      expect((await ask()).json).toMatchObject({ session_name: `far ${round}` });
      network.set({ kind: 'pass' });
      await replicated.untilStandbysRead(ask);
    }
    await until(async () => (await timers()) <= before);
  });

  /** Number of times that the replica has reported its position. */
  const positions = () =>
    metric(/^db_client_operation_duration_seconds_count\{db_operation_name="replica-position",.*\} (\d+)/m);
  const timers = () => metric(/^nodejs_active_resources\{type="Timeout"\} (\d+)/m);

  async function metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${replicated.service.baseUrl}/metrics`)).text();
    return Number(pattern.exec(text)?.[1]);
  }
});
