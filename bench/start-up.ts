import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { createFilled } from './bench-dataset.js';
import { type Limit, verdict } from './outcome.js';
import { type SubjectName, startSubject } from './subjects.js';
import { READY_MS, START_TIMES_BARE } from './targets.js';
import { cpuOf } from './usage.js';

/** The name of this benchmark for `--only`. */
export const START_UP = 'start-up';

/** Cost from the start of the process to its first 200. Medians, in seconds. */
export interface Start {
  /** User and system time of the process. */
  readonly cpu: number;
  readonly elapsed: number;
}

/** Compare the ratios between subjects: absolute times depend on the machine and its load. */
export interface StartUp {
  readonly starts: ReadonlyMap<SubjectName, Start>;
  readonly limits: readonly Limit[];
}

/** Starts the subjects in turns, so that other load affects all alike. The first turn only fills the page cache. */
export async function benchStartUp(
  postgres: DatabaseServer,
  names: readonly SubjectName[],
  turns: number,
): Promise<StartUp> {
  const dsn = await createFilled(postgres, 'start_up', { sessions: 100, runs: 1, runBytes: 1_000 });
  const starts = new Map<SubjectName, Start[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn <= turns; turn++) {
    for (const name of names) {
      const start = await startOnce(name, dsn);
      if (turn > 0) starts.get(name)?.push(start);
    }
  }
  const typical = new Map([...starts].map(([name, all]) => [name, medians(all)]));
  return { starts: typical, limits: [timesBare(typical), await firstList(dsn)] };
}

async function startOnce(name: SubjectName, dsn: string): Promise<Start> {
  const { server, elapsed } = await timed(() => startSubject(name, dsn));
  const cpu = cpuOf(server.pid) / 1_000_000;
  await server.stop();
  return { cpu, elapsed: elapsed / 1_000 };
}

function timesBare(starts: ReadonlyMap<SubjectName, Start>): Limit {
  const [ours, bare] = [starts.get('ours'), starts.get('bare')];
  return { what: 'CPU of a start', ...verdict(ours && bare && ours.cpu / bare.cpu, START_TIMES_BARE, '≤', ' × bare') };
}

async function firstList(dsn: string): Promise<Limit> {
  const { server, elapsed } = await timed(async () => {
    const service = await startSubject('ours', dsn);
    const { ok, status } = await fetch(`${service.baseUrl}/sessions`);
    if (!ok) throw new Error(`The first list was answered ${status}`);
    return service;
  });
  await server.stop();
  return { what: 'From start to the first list answered', ...verdict(elapsed, READY_MS, '≤', ' ms') };
}

async function timed(start: () => Promise<ServerProcess>): Promise<{ server: ServerProcess; elapsed: number }> {
  const begin = performance.now();
  const server = await start();
  return { server, elapsed: performance.now() - begin };
}

function medians(all: readonly Start[]): Start {
  const of = (field: keyof Start) => {
    const sorted = all.map((start) => start[field]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { cpu: of('cpu'), elapsed: of('elapsed') };
}
