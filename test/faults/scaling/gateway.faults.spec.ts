import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isInstalled, startGateway } from '../../gateway/gateway-process.js';
import { until } from '../../support/api.js';
import { type ServerProcess, startServer } from '../../support/child-process.js';
import { freePort } from '../../support/ports.js';
import { CHECKOUT, startSessionService } from '../../support/session-service.js';
import { DEFAULT_TIMEOUTS } from '../support/default-timeouts.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { failuresOf, unexpectedStatuses } from '../support/response-statistics.js';
import { runUnderLoad } from './run-under-load.js';

const DATABASE = 'sessions';
/** Requests to AgentOS that wait while it is frozen or slow. */
const WAITING = 50;
/** Requests that clients have in flight at once: those of `runUnderLoad`. */
const CLIENTS = 12;

describe.skipIf(!isInstalled('nginx'))('nginx in front of AgentOS and two instances of the service', () => {
  let postgres: KillablePostgres;
  let env: Record<string, string>;

  beforeAll(async () => {
    postgres = await KillablePostgres.start();
    env = { ...DEFAULT_TIMEOUTS, AGNO_PG_DSN: await postgres.databases.createDatabase(DATABASE) };
  });
  afterAll(() => postgres.end());

  async function start() {
    const port = await freePort();
    const program = resolve(CHECKOUT, 'test/faults/scaling/agentos-stand-in.ts');
    const agentos = await startServer({
      command: process.execPath,
      args: [program, String(port)],
      env: {},
      port,
      readyPath: '/health',
    });
    const services = await Promise.all([startSessionService(env), startSessionService(env)]);
    const sessions = services.map(({ baseUrl }) => baseUrl);
    const gateway = await startGateway('nginx', { sessions, agentos: agentos.baseUrl });
    onTestFinished(async () => {
      await Promise.all([gateway, agentos, ...services].map((server) => server.stop()));
    });
    return { agentos, services, gateway };
  }

  const runDuring = (name: string, { baseUrl }: ServerProcess, disrupt: () => Promise<unknown>) =>
    runUnderLoad({ name: `Behind nginx: ${name}`, disrupt, postgres, database: DATABASE, traffic: { baseUrl } });

  it('fails no request for sessions when AgentOS is killed', async () => {
    const { agentos, gateway } = await start();
    const { sent } = await runDuring('AgentOS killed (SIGKILL)', gateway, async () => {
      process.kill(agentos.pid, 'SIGKILL');
      await until(async () => agentos.ended());
      const response = await fetch(`${gateway.baseUrl}/agents`);
      expect([response.status, await response.json()]).toEqual([502, { detail: 'AgentOS cannot be reached' }]);
    });
    expect(unexpectedStatuses(sent)).toBe('');
  });

  it.each([
    ['frozen (SIGSTOP)', '/agents'],
    ['slow', '/slow'],
  ])('fails no request for sessions while many requests wait for an AgentOS that is %s', async (state, path) => {
    const { agentos, gateway } = await start();
    const clients = new AbortController();
    onTestFinished(() => void process.kill(agentos.pid, 'SIGCONT'));
    const { sent } = await runDuring(`AgentOS ${state}, with ${WAITING} requests to it`, gateway, async () => {
      if (path === '/agents') process.kill(agentos.pid, 'SIGSTOP');
      const { signal } = clients;
      const waiting = Array.from({ length: WAITING }, () => fetch(gateway.baseUrl + path, { signal }));
      expect(await Promise.race([...waiting, new Promise((done) => setTimeout(done, 1_000, 'none'))])).toBe('none');
      clients.abort();
      await Promise.allSettled(waiting);
    });
    expect(unexpectedStatuses(sent)).toBe('');
  });

  it('fails only requests in flight when an instance is killed', async () => {
    const { services, gateway } = await start();
    const { sent } = await runDuring('one of two instances killed (SIGKILL)', gateway, async () => {
      process.kill(services[0]?.pid ?? 0, 'SIGKILL');
      await until(async () => services[0]?.ended());
    });
    expect(unexpectedStatuses(sent, 502)).toBe('');
    expect(failuresOf(sent).length).toBeLessThanOrEqual(CLIENTS);
  });

  it('serves other requests while an instance is frozen, and answers those that wait for it afterwards', async () => {
    const { services, gateway } = await start();
    const frozen = services[0]?.pid ?? 0;
    const { sent } = await runDuring('one of two instances frozen for a second (SIGSTOP)', gateway, async () => {
      process.kill(frozen, 'SIGSTOP');
      await new Promise((done) => setTimeout(done, 1_000));
      process.kill(frozen, 'SIGCONT');
    });
    expect(unexpectedStatuses(sent)).toBe('');
  });
});
