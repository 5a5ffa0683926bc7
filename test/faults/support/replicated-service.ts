import { until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { DEFAULT_TIMEOUTS } from './default-timeouts.js';
import { REQUEST_TIMEOUT_MS } from './fault-scenario.js';
import { KillablePostgres } from './killable-postgres.js';
import { TcpProxy } from './tcp-proxy.js';
import { Traffic, type TrafficOptions } from './traffic.js';

/** The db_id and the name of the database. */
export const MAIN_DATABASE = 'main';

/** Statements that a replica may run, by their `db_operation_name` in the metrics. */
const READS = ['read', 'page', 'count', 'run'];

/** The built service with a primary and its standbys. */
export class ReplicatedService {
  private constructor(
    readonly service: ServerProcess,
    readonly primary: KillablePostgres,
    /** The network between the service and the primary. */
    readonly network: TcpProxy,
    readonly standbys: readonly KillablePostgres[],
    /** The network between the service and each standby. */
    readonly standbyNetworks: readonly TcpProxy[],
  ) {}

  static async start(standbyCount: number, env: Readonly<Record<string, string>> = {}): Promise<ReplicatedService> {
    const primary = await KillablePostgres.start();
    const dsn = await primary.databases.createDatabase(MAIN_DATABASE);
    const dsnOn = ({ port }: TcpProxy) => dsn.replace(`:${primary.port}/`, `:${port}/`);
    const standbys: KillablePostgres[] = [];
    for (let index = 0; index < standbyCount; index++) standbys.push(await primary.startStandby());
    const network = await TcpProxy.to(primary.port);
    const standbyNetworks = await Promise.all(standbys.map(({ port }) => TcpProxy.to(port)));
    const service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ [MAIN_DATABASE]: dsnOn(network) }),
      AGNO_SESSION_REPLICA_MAP: JSON.stringify({ [MAIN_DATABASE]: standbyNetworks.map(dsnOn) }),
      ...DEFAULT_TIMEOUTS,
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      ...env,
    });
    return new ReplicatedService(service, primary, network, standbys, standbyNetworks);
  }

  traffic(name: string, options: Partial<TrafficOptions> = {}): Traffic {
    return Traffic.start({
      baseUrl: this.service.baseUrl,
      databaseId: MAIN_DATABASE,
      clients: 8,
      pauseMs: 5,
      name,
      ...options,
    });
  }

  /** Number of reads of each server since the service started, the primary first. */
  async reads(): Promise<number[]> {
    const text = await (await fetch(`${this.service.baseUrl}/metrics`)).text();
    const counts = new Map<string, number>();
    for (const [, operation = '', id = '', count] of text.matchAll(COUNT)) {
      if (READS.includes(operation)) counts.set(id, (counts.get(id) ?? 0) + Number(count));
    }
    return [MAIN_DATABASE, ...this.standbys.map((_, index) => `${MAIN_DATABASE}:replica${index + 1}`)].map(
      (id) => counts.get(id) ?? 0,
    );
  }

  /** Repeats `ask` until all of its reads are served by the standbys. */
  async untilStandbysRead(ask: () => Promise<unknown>): Promise<void> {
    await until(async () => {
      const [before = 0] = await this.reads();
      for (let index = 0; index < 10; index++) await ask();
      const [after = 0] = await this.reads();
      return after === before;
    });
  }

  async stop(): Promise<void> {
    await this.service.stop();
    for (const network of [this.network, ...this.standbyNetworks]) network.close();
    for (const server of [...this.standbys, this.primary]) server.end();
  }
}

const COUNT = /^db_client_operation_duration_seconds_count\{db_operation_name="([^"]*)",db_id="([^"]*)"\} (\d+)/gm;
