import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { DEFAULT_TIMEOUTS } from './default-timeouts.js';
import { COLLECTS_ON_SIGNAL, type Footprint, footprintOf, leaksSince } from './footprint.js';
import { HttpClient } from './http-client.js';
import { KillablePostgres } from './killable-postgres.js';

/** Name of the database in PostgreSQL. */
export const DATABASE = 'loaded';
const DB_ID = 'default';

/** The built service with its own database server. */
export class SingleDatabaseService {
  private constructor(
    readonly service: ServerProcess,
    readonly postgres: KillablePostgres,
    readonly http: HttpClient,
  ) {}

  /** Starts the service with empty AgentOS tables. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<SingleDatabaseService> {
    const postgres = await KillablePostgres.start();
    const service = await startSessionService({
      ...COLLECTS_ON_SIGNAL,
      AGNO_PG_DSN: await postgres.databases.createDatabase(DATABASE),
      ...DEFAULT_TIMEOUTS,
      ...env,
    });
    const http = new HttpClient(service.baseUrl);
    await http.ask('POST', '/sessions', { session_id: 'first' });
    await http.ask('DELETE', '/sessions/first');
    return new SingleDatabaseService(service, postgres, http);
  }

  sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.postgres.sql<Row>(text, DATABASE, values);
  }

  /** Size of the service's objects and buffers after a garbage collection. */
  async liveMegabytes(): Promise<number> {
    return (await this.footprint()).liveMegabytes;
  }

  footprint(): Promise<Footprint> {
    return footprintOf(this.service);
  }

  /** Describes resources that the service holds beyond `before`. Call it when no requests are in flight. */
  leaksSince(before: Footprint): Promise<string[]> {
    return leaksSince(before, this.service, async () => {
      const [row] = await this.sql<{ n: number }>(BACKENDS, [DATABASE]);
      return new Map([[DB_ID, row?.n ?? 0]]);
    });
  }

  async stop(): Promise<void> {
    this.http.close();
    await this.service.stop();
    this.postgres.end();
  }
}

const BACKENDS =
  "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'agno-session-service' AND datname = $1";
