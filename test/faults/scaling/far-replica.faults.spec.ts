import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../../support/api.js';
import { ReplicatedService } from '../support/replicated-service.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

/** More, there and back, than a read gives a replica to say how far it is; in milliseconds, one way. */
const FAR_MS = 40;
/** How often it is looked at meanwhile. */
const LOOKS = 3;

describe('a read replica that answers too late', () => {
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

  it('is not read while it is so, and again when it is near', async () => {
    await replicated.untilStandbysRead(ask);
    network.set({ kind: 'delay', ms: FAR_MS });
    await rename('far');
    expect((await ask()).json).toMatchObject({ session_name: 'far' });
    const [, before] = await replicated.reads();
    const looks = await positions();
    for (let round = 0; (await positions()) < looks + LOOKS; round++) {
      await rename(`far ${round}`);
      expect((await ask()).json).toMatchObject({ session_name: `far ${round}` });
    }
    expect((await replicated.reads())[1]).toBe(before);
    network.set({ kind: 'pass' });
    await replicated.untilStandbysRead(ask);
  });

  it('leaves nothing behind when it becomes so, however often', async () => {
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

  /** How often the replica has said how far it is. */
  const positions = () =>
    figure(/^db_client_operation_duration_seconds_count\{db_operation_name="replica-position",.*\} (\d+)/m);
  const timers = () => figure(/^nodejs_active_resources\{type="Timeout"\} (\d+)/m);

  async function figure(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${replicated.service.baseUrl}/metrics`)).text();
    return Number(pattern.exec(text)?.[1]);
  }
});
