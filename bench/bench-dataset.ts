import pg from 'pg';
import { sessionIndexes } from '../libs/storage/src/sql/session-indexes.sql.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { parentPid, peakMegabytes } from '../test/support/process-metrics.js';
import { type Dataset, fillDataset, refillSpareSessions, TABLES } from './fill-dataset.js';
import { measureSubjects, type Subject } from './measure.js';
import { type SubjectName, startSubject } from './subjects.js';
import type { TargetResult } from './target-result.js';
import { DATASETS, type DatasetName, type Target } from './targets.js';

interface BenchPace {
  readonly seconds: number;
  readonly rounds: number;
}

/** Measures all targets of a data set. Each subject has a copy. Resolves with the peak memory by subject in MB. */
export async function benchDataset(
  postgres: DatabaseServer,
  dataset: DatasetName,
  targets: readonly Target[],
  names: readonly SubjectName[],
  { seconds, rounds }: BenchPace,
  report: (outcome: TargetResult) => void,
): Promise<Map<SubjectName, number>> {
  const { sessions } = DATASETS[dataset];
  await createFilledDatabase(postgres, dataset, DATASETS[dataset]);
  const copies = new Map<SubjectName, string>();
  for (const name of names) copies.set(name, await postgres.copyDatabase(dataset, `${dataset}_${name}`));
  const subjects = new Map<SubjectName, Subject>();
  try {
    for (const [name, dsn] of copies) {
      subjects.set(name, { server: await startSubject(name, dsn), refill: async () => undefined });
    }
    const postmaster = await postmasterOf(postgres.url('postgres'));
    for (const target of targets) {
      if (target.withIndexes) await buildIndexes(copies.get('ours') ?? '');
      const round = { kind: target.kind, sessions, seconds, postmaster };
      const eligible = [...subjects].filter(([name]) => name !== 'bare' || target.timesBareCpu !== undefined);
      const prepared = eligible.map(([name, { server }]): [SubjectName, Subject] => [
        name,
        { server, refill: () => refill(target, copies.get(name) ?? '') },
      ]);
      report({ target, results: await measureSubjects(new Map(prepared), round, rounds) });
    }
    return new Map([...subjects].map(([name, { server }]) => [name, peakMegabytes(server.pid)]));
  } finally {
    for (const { server } of subjects.values()) await server.stop();
  }
}

/** Creates and fills a database. Resolves with its DSN. */
export async function createFilledDatabase(postgres: DatabaseServer, name: string, dataset: Dataset): Promise<string> {
  const dsn = await postgres.createDatabase(name);
  await createTables(dsn);
  await fillDataset(dsn, dataset);
  return dsn;
}

/** Lets the service create the tables, which it does at the first write. */
export async function createTables(dsn: string): Promise<void> {
  const creator = await startSubject('ours', dsn);
  await fetch(`${creator.baseUrl}/sessions`, { method: 'POST' });
  await creator.stop();
  await withClient(dsn, (client) => client.query('DELETE FROM ai.agno_sessions'));
}

async function refill({ kind }: Target, dsn: string): Promise<void> {
  if (kind === 'delete' || kind === 'bulk delete') await withClient(dsn, refillSpareSessions);
}

async function buildIndexes(dsn: string): Promise<void> {
  await withClient(dsn, async (client) => {
    for (const { create } of sessionIndexes(TABLES)) await client.query(create);
  });
}

/** The process id of the PostgreSQL server. */
export async function postmasterOf(dsn: string): Promise<number> {
  return withClient(dsn, async (client) => {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    return parentPid(Number(rows[0].pid));
  });
}

async function withClient<T>(dsn: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
