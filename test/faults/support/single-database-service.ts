import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { DEFAULT_TIMEOUTS } from './default-timeouts.js';
import { COLLECTS_ON_SIGNAL, type Footprint, footprintOf, leaksSince } from './footprint.js';
import { HttpClient } from './http-client.js';
import { KillablePostgres } from './killable-postgres.js';

/** Its name in PostgreSQL. */
export const DATABASE = 'loaded';
const DB_ID = 'default';

/** The built service in front of one database of its own. */
export class SingleDatabaseService {
  private constructor(
    readonly service: ServerProcess,
    readonly postgres: KillablePostgres,
    readonly http: HttpClient,
  ) {}

  /** With AgentOS's tables, which are empty. */
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

  /** What the service's objects and buffers take up when all garbage has just been collected. */
  async liveMegabytes(): Promise<number> {
    return (await this.footprint()).liveMegabytes;
  }

  footprint(): Promise<Footprint> {
    return footprintOf(this.service);
  }

  /** What the service holds beyond what it held `before`, in words. To be asked when nothing is sent. */
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
