import { resolve } from 'node:path';
import pg from 'pg';
import { runPython, startAgentOs } from '../../contract/harness/python.js';
import { UPGRADE_TO_V3, V2_TABLES } from '../../support/agno-tables.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startPostgres, type TestPostgres } from '../../support/postgres.js';
import { startSessionService } from '../../support/session-service.js';

export const LAYOUTS = ['v3', 'v2', 'mixed'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What a layout's database holds before its first session; of v3 the service makes everything itself. */
const TABLES: Readonly<Record<Layout, string>> = { v3: '', v2: V2_TABLES, mixed: V2_TABLES + UPGRADE_TO_V3 };

/** A failing test names its seed; FAULTS_SEED repeats its throws. */
export const SEED = Number(process.env['FAULTS_SEED'] ?? 1);

/** A database of one layout, with several processes of the service on it. */
export interface SharedDatabase {
  readonly dsn: string;
  readonly services: readonly ServerProcess[];
  /** The base URL of the services in turns. */
  url(turn: number): string;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function startSharedDatabase(layout: Layout, processes = 2): Promise<SharedDatabase> {
  const postgres: TestPostgres = await startPostgres();
  const dsn = await postgres.createDatabase('shared');
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  await client.query(TABLES[layout]);
  const start = () => startSessionService({ AGNO_PG_DSN: dsn });
  const services = await Promise.all(Array.from({ length: processes }, start));
  const urls = services.map(({ baseUrl }) => baseUrl);
  return {
    dsn,
    services,
    url: (turn) => urls[turn % urls.length] as string,
    sql: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
      await client.end();
      await postgres.stop();
    },
  };
}

/** A live AgentOS beside the service, on its database; installed first where it is not yet. */
export function startAgentOsOn(version: string, dsn: string): Promise<ServerProcess> {
  return startAgentOs(version, [`default=${dsn}`]);
}

/** The output of a script of this folder that runs agents; rejects with it when the script fails. */
export function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  return runPython(version, resolve(import.meta.dirname, script), args);
}
