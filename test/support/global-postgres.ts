import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A DSN of the server that all specs share; each makes databases of its own on it. */
    postgresDsn: string;
  }
}

/** One PostgreSQL server for all end-to-end specs of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  project.provide('postgresDsn', postgres.url('postgres'));
  return () => postgres.stop();
}
