import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/api.js';
import { childrenOf, type ServerProcess } from '../../support/child-process.js';
import { scrapeMetrics } from '../../support/scraped-metrics.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { DEFAULT_TIMEOUTS } from '../support/default-timeouts.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { type LoadBalancer, startHttpLoadBalancer, startTcpLoadBalancer } from '../support/load-balancer.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, unexpectedStatuses, violationsOf } from '../support/response-statistics.js';
import { tableViolations } from '../support/table-checks.js';
import { Traffic } from '../support/traffic.js';
import { runUnderLoad } from './run-under-load.js';

const PROCESSES = 3;
const DRAIN_MS = scaled(1_000);
/** Maximum time in milliseconds until all requests succeed again after the last worker was killed. */
const RECOVERY_MS = scaled(1_000);
const DATABASE = 'sessions';
/** AGNO_POOL_SIZE of each process, which its workers divide among them. */
const POOL = 6;

describe('processes of the service', () => {
  let postgres: KillablePostgres;
  let dsn: string;

  beforeAll(async () => {
    postgres = await KillablePostgres.start();
    dsn = await postgres.databases.createDatabase(DATABASE);
  });
  afterAll(() => postgres.end());

  const start = (env: Record<string, string> = {}) =>
    startSessionService({
      ...DEFAULT_TIMEOUTS,
      AGNO_PG_DSN: dsn,
      AGNO_POOL_SIZE: String(POOL),
      AGNO_DRAIN_DELAY_MS: String(DRAIN_MS),
      ...env,
    });

  const runDuring = (name: string, baseUrl: string, disrupt: () => Promise<unknown>) =>
    runUnderLoad({ name, disrupt, postgres, database: DATABASE, traffic: { baseUrl } });

  it('are replaced when killed, and only requests in flight fail', async () => {
    const service = await start({ AGNO_SERVICE_WORKERS: String(PROCESSES) });
    try {
      await until(async () => (await connectionsOf(service)) === POOL);
      const name = `Each of \`AGNO_SERVICE_WORKERS=${PROCESSES}\` killed (SIGKILL), one after the other`;
      const { sent, recoveryMs } = await runDuring(name, service.baseUrl, async () => {
        for (const worker of await childrenOf(service.pid)) await killAndAwaitReplacement(service, worker);
      });
      expect(unexpectedStatuses(sent, 0)).toBe('');
      expect(recoveryMs).toBeLessThan(RECOVERY_MS);
      expect(await service.stop()).toBe(0);
    } finally {
      await service.stop();
    }
  });

  it.each([
    ['requests', 'an ingress that balances requests', startHttpLoadBalancer],
    ['connections', 'a Kubernetes Service that balances connections', startTcpLoadBalancer],
  ])(
    'fail no request when they are restarted one after the other behind a load balancer of %s',
    async (_, balancerName, startBalancer) => {
      const balancer = await startBalancer();
      onTestFinished(() => balancer.stop());
      const running = await Promise.all(Array.from({ length: PROCESSES }, () => start()));
      const exits: (number | null)[] = [];
      try {
        await Promise.all(running.map(({ baseUrl }) => balancer.add(baseUrl)));
        const name = `Rolling restart of ${PROCESSES} processes, behind ${balancerName}`;
        const { sent } = await runDuring(name, balancer.baseUrl, async () => {
          for (let index = 0; index < PROCESSES; index++) exits.push(await replaceFirst(running, balancer));
        });
        expect(unexpectedStatuses(sent)).toBe('');
        expect(exits).toEqual(Array.from({ length: PROCESSES }, () => 0));
      } finally {
        await Promise.all(running.map((service) => service.stop()));
      }
    },
  );

  it('answer all received requests before they exit on SIGTERM', async () => {
    const service = await start({ AGNO_DRAIN_DELAY_MS: '0' });
    onTestFinished(async () => void (await service.stop()));
    const { baseUrl } = service;
    const traffic = Traffic.start({ baseUrl, databaseId: 'default', clients: 12, pauseMs: 10, name: 'direct' });
    onTestFinished(() => traffic.stop());
    await until(async () => traffic.sent.length >= 200);
    const startedAt = performance.now();
    const exit = await service.stop();
    await traffic.stop();
    const sent = traffic.since(startedAt).filter(({ reason }) => reason !== 'ECONNREFUSED');
    const lost = await tableViolations(traffic.sessions, postgres, DATABASE);
    recordReliability({
      fault: 'One process terminated (SIGTERM) while clients keep connections to it',
      requests: sent.length,
      outcome: `${countStatuses(sent)} for the received requests`,
      lostWrites: lost.length,
      wrongAnswers: violationsOf(traffic.sent).length,
    });
    expect(unexpectedStatuses(sent)).toBe('');
    expect({ lost, wrong: violationsOf(traffic.sent), exit }).toEqual({ lost: [], wrong: [], exit: 0 });
  });

  /** Starts a new process, then stops the oldest one. Resolves with the exit code of the old process. */
  async function replaceFirst(running: ServerProcess[], balancer: LoadBalancer): Promise<number | null> {
    const fresh = await start();
    await balancer.add(fresh.baseUrl);
    running.push(fresh);
    const old = running.shift() as ServerProcess;
    const exit = await old.stop();
    balancer.remove(old.baseUrl);
    return exit;
  }
});

/** Kills a worker. Resolves when its replacement serves requests. */
async function killAndAwaitReplacement(service: ServerProcess, worker: number): Promise<void> {
  process.kill(worker, 'SIGKILL');
  await until(async () => {
    const now = await childrenOf(service.pid);
    return now.length === PROCESSES && !now.includes(worker);
  });
  await until(async () => (await connectionsOf(service)) === POOL);
}

/** Maximum number of connections of all running workers, according to their metrics. */
async function connectionsOf(service: ServerProcess): Promise<number> {
  const metrics = await scrapeMetrics(service, { connection: 'close' });
  return metrics.get('db_client_connection_max{db_id="default"}') ?? Number.NaN;
}
