import { resolve } from 'node:path';
import pg from 'pg';
import { runPython, startAgentOs } from '../../contract/harness/python.js';
import { UPGRADE_TO_V3, V2_TABLES } from '../../support/agno-tables.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startPostgres, type TestPostgres } from '../../support/postgres.js';
import { startSessionService } from '../../support/session-service.js';

export const LAYOUTS = ['v3', 'v2', 'mixed'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** SQL that prepares a database of each layout. The service creates the v3 tables itself. */
const TABLES: Readonly<Record<Layout, string>> = { v3: '', v2: V2_TABLES, mixed: V2_TABLES + UPGRADE_TO_V3 };

/** Seed of the random choices. A failing test reports it, and FAULTS_SEED sets it to repeat these choices. */
export const SEED = Number(process.env['FAULTS_SEED'] ?? 1);

/** A database of one layout that several processes of the service share. */
export interface SharedDatabase {
  readonly dsn: string;
  readonly services: readonly ServerProcess[];
  /** Base URL of one of the services; consecutive turns return different ones. */
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

/** Starts AgentOS on the database of the service. Installs AgentOS first if necessary. */
export function startAgentOsOn(version: string, dsn: string): Promise<ServerProcess> {
  return startAgentOs(version, [`default=${dsn}`]);
}

/** Runs a Python script of this folder. Resolves with its output, or rejects with its output when the script fails. */
export function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  return runPython(version, resolve(import.meta.dirname, script), args);
}
