import { until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { DEFAULT_TIMEOUTS } from './default-timeouts.js';
import { COLLECTS_ON_SIGNAL, type Footprint, footprintOf, leaksSince } from './footprint.js';
import { KillablePostgres } from './killable-postgres.js';
import { TcpProxy } from './tcp-proxy.js';
import { Traffic, type TrafficOptions } from './traffic.js';

/** Short timeouts in milliseconds, so that a fault takes effect within seconds instead of minutes. */
export const REQUEST_TIMEOUT_MS = scaled(2_000);
const CONNECT_TIMEOUT_MS = scaled(1_000);
export const POOL_SIZE = 5;

/** Database name and db_id of the database with the fault (FAULTY), and of the unaffected database (HEALTHY). */
export const FAULTY = 'faulty';
export const HEALTHY = 'healthy';

interface FaultScenarioOptions {
  /** Settings of the server with the fault. */
  readonly settings?: readonly string[];
  /** Parent folder of the data of the server with the fault, for example a small file system. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built service with two database servers: one behind a network that can fail, and an unaffected one. */
export class FaultScenario {
  private trafficCount = 0;

  private constructor(
    readonly service: ServerProcess,
    /** The server that currently holds the database with the fault. */
    public faulty: KillablePostgres,
    readonly healthy: KillablePostgres,
    readonly network: TcpProxy,
    /** Resources that the service holds after its first requests, when it is idle. */
    private readonly atRest: Footprint,
  ) {}

  static async start({ settings = [], home, env = {} }: FaultScenarioOptions = {}): Promise<FaultScenario> {
    const [faulty, healthy] = await Promise.all([KillablePostgres.start(settings, home), KillablePostgres.start()]);
    const [network, dsn, healthyDsn] = await Promise.all([
      TcpProxy.to(faulty.port),
      faulty.databases.createDatabase(FAULTY),
      healthy.databases.createDatabase(HEALTHY),
    ]);
    const dsns = {
      [HEALTHY]: healthyDsn,
      [FAULTY]: dsn.replace(`:${faulty.port}/`, `:${network.port}/`),
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
    return new FaultScenario(service, faulty, healthy, network, await footprintOf(service));
  }

  traffic(databaseId: string, options: Partial<TrafficOptions> = {}): Traffic {
    const name = `${databaseId}-${this.trafficCount++}`;
    return Traffic.start({ baseUrl: this.service.baseUrl, databaseId, clients: 8, pauseMs: 10, name, ...options });
  }

  /** Describes resources that the service holds beyond its initial footprint. Call it when no requests are in flight. */
  leaks(): Promise<string[]> {
    return leaksSince(this.atRest, this.service, async () => {
      const counts = [backendsOf(this.faulty, FAULTY), backendsOf(this.healthy, HEALTHY)];
      return new Map(await Promise.all(counts));
    });
  }

  /** Promotes the standby and redirects the network to it, as an operator does when the primary is lost. */
  async failOverTo(standby: KillablePostgres): Promise<void> {
    await standby.sql('SELECT pg_promote()');
    this.network.target = standby.port;
    this.faulty = standby;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    this.network.close();
    this.faulty.end();
    this.healthy.end();
  }
}

const WARM_UP = 200;

/** Creates the tables, fills the pool, and lets the service's memory reach its level under load. */
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
