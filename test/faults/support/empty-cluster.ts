import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { PostgresCluster } from '../../../apps/session-service/src/embedded/postgres-cluster.js';
import { postgresPrograms } from '../../../apps/session-service/src/embedded/postgres-programs.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of an empty PostgreSQL data folder. Each server of a run gets a copy of it. */
    emptyCluster: string;
  }
}

/** Password of the role `postgres` on these servers. */
export const PASSWORD = 'hush';

/** Runs initdb once for all servers of a run, because it is the slowest part of starting a server. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'agno-empty-cluster-'));
  const cluster = join(folder, 'cluster');
  new PostgresCluster(await postgresPrograms(), cluster).create({ role: 'postgres', password: PASSWORD }, '--no-sync');
  project.provide('emptyCluster', cluster);
  return () => rmSync(folder, { recursive: true });
}
