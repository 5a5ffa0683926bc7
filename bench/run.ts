/** `make bench`: our production build, Python and a bare handler, side by side on the same rows. */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { listIndexes } from '../libs/storage/src/list-indexes.js';
import { startPostgres, type TestPostgres } from '../test/support/postgres.js';
import { type Dataset, fill } from './dataset.js';
import { type Measurement, measure } from './measure.js';
import { type SubjectName, startSubject } from './subjects.js';
import { TARGETS, type Target } from './targets.js';
import { parentOf } from './usage.js';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, 'no-python': { type: 'boolean' } },
});
const SECONDS = options.quick ? 2 : 5;
const TURNS = options.quick ? 1 : 3;
const SIZES: Record<'small' | 'large', Dataset> = {
  small: { sessions: 10_000, runs: 5, runBytes: 4_000 },
  large: { sessions: 200_000, runs: 1, runBytes: 1_000 },
};
const TABLES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };

async function main(): Promise<boolean> {
  const wanted = TARGETS.filter(({ kind }) => options.only === undefined || options.only.split(',').includes(kind));
  const postgres = await startPostgres();
  let isMet = true;
  try {
    for (const size of ['small', 'large'] as const) {
      const targets = wanted.filter(({ on }) => on.startsWith(size));
      if (targets.length > 0) isMet = (await benchSize(postgres, size, targets)) && isMet;
    }
  } finally {
    await postgres.stop();
  }
  return isMet;
}

/** Every subject has a copy of the same database of its own. */
async function benchSize(
  postgres: TestPostgres,
  size: 'small' | 'large',
  targets: readonly Target[],
): Promise<boolean> {
  print(`\n${SIZES[size].sessions} sessions of ${SIZES[size].runs} runs\n${HEADER}`);
  await createFilled(postgres, size);
  const names: SubjectName[] = options['no-python'] ? ['ours', 'bare'] : ['ours', 'python', 'bare'];
  const copies = new Map<SubjectName, string>();
  for (const name of names) copies.set(name, await postgres.copyDatabase(size, `${size}_${name}`));
  const subjects = new Map<SubjectName, Awaited<ReturnType<typeof startSubject>>>();
  let isMet = true;
  try {
    for (const [name, dsn] of copies) subjects.set(name, await startSubject(name, dsn));
    const postmaster = await postmasterOf(postgres.url('postgres'));
    for (const target of targets) {
      if (target.on === 'large with indexes') await buildIndexes(copies.get('ours') ?? '');
      const round = { kind: target.kind, sessions: SIZES[size].sessions, seconds: SECONDS, postmaster };
      const able = [...subjects].filter(([name]) => name !== 'bare' || target.timesBareCpu !== undefined);
      isMet = report(target, await measure(new Map(able), round, TURNS)) && isMet;
    }
  } finally {
    for (const server of subjects.values()) await server.stop();
  }
  return isMet;
}

async function createFilled(postgres: TestPostgres, name: 'small' | 'large'): Promise<void> {
  const dsn = await postgres.createDatabase(name);
  const creator = await startSubject('ours', dsn);
  // The first write makes the tables as AgentOS would.
  await fetch(`${creator.baseUrl}/sessions`, { method: 'POST' });
  await creator.stop();
  await fill(dsn, SIZES[name]);
}

async function buildIndexes(dsn: string): Promise<void> {
  await withClient(dsn, async (client) => {
    for (const { create } of listIndexes(TABLES)) await client.query(create);
  });
}

async function postmasterOf(dsn: string): Promise<number> {
  let backend = 0;
  await withClient(dsn, async (client) => {
    backend = parentOf(Number((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid));
  });
  return backend;
}

async function withClient(dsn: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  await work(client);
  await client.end();
}

const HEADER = 'kind                 req/s     p50 ms   p99 ms   CPU µs  PG µs   × Python          × bare CPU';

function report(target: Target, results: ReadonlyMap<string, Measurement>): boolean {
  const ours = results.get('ours');
  const python = results.get('python');
  const bare = results.get('bare');
  if (ours === undefined) return false;
  const ratio = python === undefined ? undefined : ours.requestsPerSecond / python.requestsPerSecond;
  const cpuRatio = bare === undefined ? undefined : ours.cpuUs / bare.cpuUs;
  const failures = [...results.values()].reduce((sum, one) => sum + one.failures, 0);
  const verdicts = [
    mark(ratio, target.timesPython, (value, limit) => value >= limit, '≥'),
    mark(cpuRatio, target.timesBareCpu, (value, limit) => value <= limit, '≤'),
  ];
  const figures = [ours.requestsPerSecond, ours.p50Ms, ours.p99Ms, ours.cpuUs, ours.postgresCpuUs];
  const cells = figures.map((figure, index) => figure.toFixed(index === 1 || index === 2 ? 1 : 0).padStart(8));
  const texts = verdicts.map(({ text }) => text.padEnd(18));
  print(
    `${target.kind.padEnd(18)}${cells.join(' ')}   ${texts.join('')}${failures > 0 ? ` ${failures} FAILED ANSWERS` : ''}`,
  );
  return failures === 0 && verdicts.every((verdict) => verdict.isMet);
}

function mark(
  value: number | undefined,
  limit: number | undefined,
  holds: (value: number, limit: number) => boolean,
  sign: string,
) {
  if (value === undefined) return { text: '', isMet: true };
  const figure = value.toFixed(value < 10 ? 2 : 1);
  if (limit === undefined) return { text: figure, isMet: true };
  const isMet = holds(value, limit);
  return { text: `${figure} (${sign} ${limit}) ${isMet ? 'met' : 'NOT'}`, isMet };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = (await main()) ? 0 : 1;
