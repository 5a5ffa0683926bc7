import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** DSN of the server that all specs share. Each spec creates its own databases on it. */
    postgresDsn: string;
  }
}

/** Starts one PostgreSQL server for all end-to-end specs of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  project.provide('postgresDsn', postgres.url('postgres'));
  return () => postgres.stop();
}
