import type { ServerProcess } from '../test/support/child-process.js';
import { childrenCpuMicroseconds, cpuMicroseconds } from '../test/support/process-metrics.js';
import { runWrk } from './load/wrk.js';
import type { SubjectName } from './subjects.js';

/** Medians of several rounds of one subject under one kind of load. CPU in microseconds per request. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
  readonly postgresCpuUs: number;
  readonly failures: number;
}

export interface Subject {
  readonly server: ServerProcess;
  /** Restores the rows in the subject's database that the load deletes. */
  readonly refill: () => Promise<void>;
}

interface LoadRound {
  readonly kind: string;
  readonly sessions: number;
  readonly seconds: number;
  /** Process id of PostgreSQL's postmaster, whose child processes are measured. */
  readonly postmaster: number;
}

/** Measures the subjects alternately, so that other load affects all equally. The first round is a warm-up. */
export async function measureSubjects(
  subjects: ReadonlyMap<SubjectName, Subject>,
  round: LoadRound,
  rounds: number,
): Promise<Map<SubjectName, Measurement>> {
  const results = new Map<SubjectName, Measurement[]>([...subjects.keys()].map((name) => [name, []]));
  for (let index = 0; index <= rounds; index++) {
    for (const [name, subject] of subjects) {
      await subject.refill();
      const result = await measureOnce(subject.server, round);
      if (index > 0) results.get(name)?.push(result);
    }
  }
  return new Map([...results].map(([name, all]) => [name, medians(all)]));
}

async function measureOnce(
  server: ServerProcess,
  { kind, sessions, seconds, postmaster }: LoadRound,
): Promise<Measurement> {
  const before = [cpuMicroseconds(server.pid), childrenCpuMicroseconds(postmaster)] as const;
  const { requests, ...result } = await runWrk(server.baseUrl, kind, sessions, seconds);
  const after = [cpuMicroseconds(server.pid), childrenCpuMicroseconds(postmaster)] as const;
  const per = (used: number) => used / Math.max(requests, 1);
  return { ...result, cpuUs: per(after[0] - before[0]), postgresCpuUs: per(after[1] - before[1]) };
}

function medians(all: readonly Measurement[]): Measurement {
  const of = (field: keyof Measurement) => {
    const value = median(all.map((measurement) => measurement[field]));
    return Number.isNaN(value) ? 0 : value;
  };
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuUs: of('cpuUs'),
    postgresCpuUs: of('postgresCpuUs'),
    failures: all.reduce((sum, { failures }) => sum + failures, 0),
  };
}

/** The value in the middle; the upper one of two. NaN without values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
