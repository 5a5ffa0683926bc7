import { until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { DEFAULT_TIMEOUTS } from './default-timeouts.js';
import { COLLECTS_ON_SIGNAL, type Footprint, footprintOf, leaksSince } from './footprint.js';
import { KillablePostgres } from './killable-postgres.js';
import { TcpProxy } from './tcp-proxy.js';
import { Traffic, type TrafficOptions } from './traffic.js';

/** Short, so that a fault shows within seconds what it would show within minutes. In milliseconds. */
export const REQUEST_TIMEOUT_MS = scaled(2_000);
const CONNECT_TIMEOUT_MS = scaled(1_000);
export const POOL_SIZE = 5;

/** Name of the database that a fault strikes, and of the one beside it; also their db_ids. */
export const FAULTY = 'sick';
export const HEALTHY = 'healthy';

export interface FaultScenarioOptions {
  /** Settings of the server that the fault strikes. */
  readonly settings?: readonly string[];
  /** Where that server's folder is made. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built service in front of two database servers: one behind a network that can fail, and one that nothing happens to. */
export class FaultScenario {
  private trafficCount = 0;

  private constructor(
    readonly service: ServerProcess,
    /** Where the struck database is at the moment. */
    public sick: KillablePostgres,
    readonly healthy: KillablePostgres,
    readonly network: TcpProxy,
    /** What the service held after its first requests. */
    private readonly atRest: Footprint,
  ) {}

  static async start({ settings = [], home, env = {} }: FaultScenarioOptions = {}): Promise<FaultScenario> {
    const [sick, healthy] = await Promise.all([KillablePostgres.start(settings, home), KillablePostgres.start()]);
    const [network, dsn, healthyDsn] = await Promise.all([
      TcpProxy.to(sick.port),
      sick.databases.createDatabase(FAULTY),
      healthy.databases.createDatabase(HEALTHY),
    ]);
    const dsns = {
      [HEALTHY]: healthyDsn,
      [FAULTY]: dsn.replace(`:${sick.port}/`, `:${network.port}/`),
    };
    const service = await startSessionService({
      ...COLLECTS_ON_SIGNAL,
      ...DEFAULT_TIMEOUTS,
      AGNO_SESSION_DSN_MAP: JSON.stringify(dsns),
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      AGNO_CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS),
      AGNO_QUEUE_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS),
      AGNO_POOL_SIZE: String(POOL_SIZE),
      ...env,
    });
    await Promise.all(Object.keys(dsns).map((id) => warmUp(service.baseUrl, id)));
    return new FaultScenario(service, sick, healthy, network, await footprintOf(service));
  }

  traffic(databaseId: string, options: Partial<TrafficOptions> = {}): Traffic {
    const name = `${databaseId}-${this.trafficCount++}`;
    return Traffic.start({ baseUrl: this.service.baseUrl, databaseId, clients: 8, pauseMs: 10, name, ...options });
  }

  /** What the service holds beyond what it held after its first requests, in words. To be asked when nothing is sent. */
  leaks(): Promise<string[]> {
    return leaksSince(this.atRest, this.service, async () => {
      const counts = [backendsOf(this.sick, FAULTY), backendsOf(this.healthy, HEALTHY)];
      return new Map(await Promise.all(counts));
    });
  }

  /** What an operator does when the first server is gone: makes the second one the first, and leads the network there. */
  async failOverTo(standby: KillablePostgres): Promise<void> {
    await standby.sql('SELECT pg_promote()');
    this.network.target = standby.port;
    this.sick = standby;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    this.network.close();
    this.sick.end();
    this.healthy.end();
  }
}

const WARM_UP = 200;

/** Creates the tables, fills the pool, and brings the service's memory to what it needs at work. */
async function warmUp(baseUrl: string, databaseId: string): Promise<void> {
  const traffic = Traffic.start({ baseUrl, databaseId, clients: 8, pauseMs: 0, name: `${databaseId}-warm-up` });
  await until(async () => traffic.sent.length > WARM_UP).finally(() => traffic.stop());
}

async function backendsOf(postgres: KillablePostgres, database: string): Promise<[string, number]> {
  const [row] = await postgres.sql<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'agno-session-service' AND datname = $1",
    'postgres',
    [database],
  );
  return [database, row?.n ?? 0];
}
