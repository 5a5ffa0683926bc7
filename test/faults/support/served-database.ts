import { resolve } from 'node:path';
import { until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { CHECKOUT, startSessionService } from '../../support/session-service.js';
import { DEFAULT_LIMITS } from './default-limits.js';
import { type Footprint, footprintOf, leaksSince } from './footprint.js';
import { HttpClient } from './http-client.js';
import { MortalPostgres } from './mortal-postgres.js';

/** Its name in PostgreSQL. */
export const DATABASE = 'loaded';
const DB_ID = 'default';

/** The built service in front of one database of its own. */
export class ServedDatabase {
  private constructor(
    readonly service: ServerProcess,
    readonly postgres: MortalPostgres,
    readonly http: HttpClient,
  ) {}

  /** With AgentOS's tables, which are empty. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<ServedDatabase> {
    const postgres = await MortalPostgres.start();
    const service = await startSessionService({
      NODE_OPTIONS: `--import ${resolve(CHECKOUT, 'test/faults/support/collect-on-signal.ts')}`,
      AGNO_PG_DSN: await postgres.databases.createDatabase(DATABASE),
      ...DEFAULT_LIMITS,
      ...env,
    });
    const http = new HttpClient(service.baseUrl);
    await http.ask('POST', '/sessions', { session_id: 'first' });
    await http.ask('DELETE', '/sessions/first');
    return new ServedDatabase(service, postgres, http);
  }

  sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.postgres.sql<Row>(text, DATABASE, values);
  }

  /** What the service's objects and buffers take up when all garbage has just been collected, in megabytes. */
  async liveMegabytes(): Promise<number> {
    const collectedBefore = await this.figure('nodejs_gc_duration_seconds_count{kind="major"}');
    process.kill(this.service.pid, 'SIGUSR2');
    await until(async () => (await this.figure('nodejs_gc_duration_seconds_count{kind="major"}')) > collectedBefore);
    const figures = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) => this.figure(name));
    return (await Promise.all(figures)).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
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

  /** One of the service's own figures; 0 while it has none of that name. */
  private async figure(name: string): Promise<number> {
    const { body } = await this.http.ask('GET', '/metrics');
    const line = body.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }

  async stop(): Promise<void> {
    this.http.close();
    await this.service.stop();
    this.postgres.end();
  }
}

const BACKENDS =
  "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'agno-session-service' AND datname = $1";
