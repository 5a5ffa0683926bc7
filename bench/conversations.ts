import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import {
  childrenCpuMicroseconds,
  cpuMicroseconds,
  peakMegabytes,
  resetPeakMemory,
} from '../test/support/process-metrics.js';
import { createFilledDatabase, postmasterOf } from './bench-dataset.js';
import { median } from './measure.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { CONVERSATION_LIMITS } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const CONVERSATIONS = 'conversations';

const RUN_BYTES = 200_000;
const LONG = { sessions: 1, runs: 5_000, runBytes: RUN_BYTES };
const SHORT = { sessions: 1, runs: 20, runBytes: RUN_BYTES };
const USUAL = { sessions: 1, runs: 5, runBytes: 4_000 };
const ROUNDS = 15;
const CLIENTS = 16;

/** A service on its own database with one session, `s1`, and what it costs. */
interface Side {
  readonly service: ServerProcess;
  readonly postmaster: number;
}

/** Cost of a number of equal requests: CPU of the service and PostgreSQL, and times, in ms. */
interface Cost {
  readonly cpuMs: number;
  readonly times: readonly number[];
}

/** Pages at the end of a session of 5,000 runs (1 GB), relative to one of 20 runs, and 304 relative to 200. */
export async function* benchConversations(postgres: DatabaseServer): AsyncGenerator<LimitResult> {
  const postmaster = await postmasterOf(postgres.url('postgres'));
  const sides: Side[] = [];
  try {
    for (const [name, dataset] of Object.entries({ long: LONG, short: SHORT, usual: USUAL })) {
      const dsn = await createFilledDatabase(postgres, `conversation_${name}`, dataset);
      sides.push({ service: await startSubject('ours', dsn), postmaster });
    }
    const [long, short, usual] = sides;
    if (long === undefined || short === undefined || usual === undefined) return;
    yield* comparePages(long, short, 'runs?order=desc&limit=20&cursor=', 'last 20 runs', CONVERSATION_LIMITS.timesRuns);
    yield* comparePages(long, short, 'messages?limit=50', 'last 50 messages', CONVERSATION_LIMITS.timesMessages);
    yield await compareRevalidation(usual, USUAL.runs, CLIENTS * 20, CLIENTS, CONVERSATION_LIMITS.timesDetail);
    yield await compareRevalidation(long, LONG.runs, 1, 1, CONVERSATION_LIMITS.timesLongDetail);
  } finally {
    for (const { service } of sides) await service.stop();
  }
}

async function* comparePages(
  long: Side,
  short: Side,
  route: string,
  what: string,
  limit: number,
): AsyncGenerator<LimitResult> {
  const ratios: number[] = [];
  const [longTimes, shortTimes]: [number[], number[]] = [[], []];
  const rises: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const costs: Cost[] = [];
    for (const side of [long, short]) {
      resetPeakMemory(side.service.pid);
      costs.push(await costOf(side, 20, `/sessions/s1/${route}`));
    }
    const [ofLong, ofShort] = costs;
    if (round === 0 || ofLong === undefined || ofShort === undefined) continue;
    ratios.push(ofLong.cpuMs / ofShort.cpuMs);
    longTimes.push(...ofLong.times);
    shortTimes.push(...ofShort.times);
    rises.push(peakMegabytes(long.service.pid) - peakMegabytes(short.service.pid));
  }
  const relative = `${what} of ${LONG.runs}, relative to ${SHORT.runs}`;
  yield { what: `CPU of the ${relative}`, ...checkLimit(median(ratios), limit, '≤', ' ×') };
  yield { what: `p99 of the ${relative}`, ...checkLimit(p99(longTimes) / p99(shortTimes), limit, '≤', ' ×') };
  yield {
    what: `Peak RSS of the ${relative}`,
    ...checkLimit(median(rises), CONVERSATION_LIMITS.riseMb, '≤', ' MB more'),
  };
}

/** CPU of a 304 of a detail, relative to its 200. */
async function compareRevalidation(
  side: Side,
  runs: number,
  requests: number,
  clients: number,
  limit: number,
): Promise<LimitResult> {
  const path = '/sessions/s1';
  const response = await fetch(side.service.baseUrl + path, { headers: { 'if-none-match': '""' } });
  await response.arrayBuffer();
  const etag = response.headers.get('etag') ?? '';
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const whole = await costOf(side, requests, path, { clients });
    const revalidated = await costOf(side, requests * 20, path, { clients, etag });
    if (round > 0) ratios.push(revalidated.cpuMs / 20 / whole.cpuMs);
  }
  return {
    what: `CPU of a 304 of a detail with ${runs} runs for ${clients} clients, relative to the 200`,
    ...checkLimit(median(ratios), limit, '≤', ' ×'),
  };
}

interface Clients {
  /** Number of clients that send requests at the same time. */
  readonly clients?: number;
  /** Sent as If-None-Match; the responses must then be 304. */
  readonly etag?: string;
}

async function costOf(
  { service, postmaster }: Side,
  requests: number,
  path: string,
  { clients = 1, etag }: Clients = {},
): Promise<Cost> {
  const cpu = () => cpuMicroseconds(service.pid) + childrenCpuMicroseconds(postmaster);
  const before = cpu();
  const times: number[] = [];
  const headers = etag === undefined ? {} : { 'if-none-match': etag };
  let left = requests;
  const client = async () => {
    while (left-- > 0) {
      const start = performance.now();
      const response = await fetch(service.baseUrl + path, { headers });
      await response.arrayBuffer();
      times.push(performance.now() - start);
      if (response.status !== (etag === undefined ? 200 : 304)) throw new Error(`${path} responded ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { cpuMs: (cpu() - before) / 1_000, times };
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
