import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { cpuMicroseconds } from '../test/support/process-metrics.js';
import { createFilledDatabase } from './bench-dataset.js';
import { type SubjectName, startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { MAX_READY_MS, MAX_START_RATIO } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const START_UP = 'start-up';

/** Median cost from the start of the process to its first 200, in seconds. */
export interface StartCost {
  /** User and system time of the process. */
  readonly cpu: number;
  readonly elapsed: number;
}

/** Only ratios between subjects are comparable: absolute times depend on the machine and its load. */
interface StartUpResult {
  readonly starts: ReadonlyMap<SubjectName, StartCost>;
  readonly limits: readonly LimitResult[];
}

/** Starts the subjects alternately, so that other load affects all equally. The first round fills the page cache. */
export async function benchStartUp(
  postgres: DatabaseServer,
  names: readonly SubjectName[],
  rounds: number,
): Promise<StartUpResult> {
  const dsn = await createFilledDatabase(postgres, 'start_up', { sessions: 100, runs: 1, runBytes: 1_000 });
  const starts = new Map<SubjectName, StartCost[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const start = await startOnce(name, dsn);
      if (round > 0) starts.get(name)?.push(start);
    }
  }
  const typical = new Map([...starts].map(([name, all]) => [name, medians(all)]));
  return { starts: typical, limits: [timesBare(typical), await firstList(dsn)] };
}

async function startOnce(name: SubjectName, dsn: string): Promise<StartCost> {
  const { server, elapsed } = await timed(() => startSubject(name, dsn));
  const cpu = cpuMicroseconds(server.pid) / 1_000_000;
  await server.stop();
  return { cpu, elapsed: elapsed / 1_000 };
}

function timesBare(starts: ReadonlyMap<SubjectName, StartCost>): LimitResult {
  const [ours, bare] = [starts.get('ours'), starts.get('bare')];
  return {
    what: 'CPU of a start',
    ...checkLimit(ours && bare && ours.cpu / bare.cpu, MAX_START_RATIO, '≤', ' × bare'),
  };
}

async function firstList(dsn: string): Promise<LimitResult> {
  const { server, elapsed } = await timed(async () => {
    const service = await startSubject('ours', dsn);
    const { ok, status } = await fetch(`${service.baseUrl}/sessions`);
    if (!ok) throw new Error(`The first GET /sessions responded ${status}`);
    return service;
  });
  await server.stop();
  return {
    what: 'From process start to the response of the first list',
    ...checkLimit(elapsed, MAX_READY_MS, '≤', ' ms'),
  };
}

async function timed(start: () => Promise<ServerProcess>): Promise<{ server: ServerProcess; elapsed: number }> {
  const begin = performance.now();
  const server = await start();
  return { server, elapsed: performance.now() - begin };
}

function medians(all: readonly StartCost[]): StartCost {
  const of = (field: keyof StartCost) => {
    const sorted = all.map((start) => start[field]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { cpu: of('cpu'), elapsed: of('elapsed') };
}
