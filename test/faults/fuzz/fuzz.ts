import { NoResponse, RawConnection, type RawResponse } from '../../support/raw-http.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { scaled } from '../../support/time-scale.js';
import type { FuzzedTables } from './fuzzed-tables.js';
import { type HostileRequest, hostileRequest } from './hostile-request.js';

const BATCH = 500;
const CONNECTIONS = 16;
/** No answer may take longer, in milliseconds, not even asked alone. */
const PATIENCE_MS = scaled(1_000);

export interface FuzzReport {
  readonly requests: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** What was wrong, each with the seed that asks it again. */
  readonly faults: readonly string[];
}

/**
 * Sends odd requests, the first made from `seed`, the next from `seed + 1` and so on. Those that were refused are sent a
 * second time, and the tables compared before and after.
 */
export async function fuzz(baseUrl: string, rows: FuzzedTables, seed: number, count: number): Promise<FuzzReport> {
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let requests = 0;
  for (let next = seed; requests < count; next += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - requests) }, (_, index) => next + index);
    await rows.reset();
    const first = await askAll(baseUrl, batch);
    const refused = first.filter(({ answer }) => isRefusal(answer)).map(({ seed }) => seed);
    const before = await rows.digest();
    const second = await askAll(baseUrl, refused);
    const isAccepted = second.filter(({ answer }) => !isRefusal(answer)).map(({ seed }) => seed);
    requests += first.length + second.length;
    if (isAccepted.length === 0 && (await rows.digest()) !== before) {
      faults.push(`refused requests of seeds ${next}… changed a row`);
    }
    for (const { seed, answer, fault } of [...first, ...second]) {
      statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1);
      if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
    }
  }
  return { requests, statuses, faults };
}

interface Asked {
  readonly seed: number;
  readonly answer: RawResponse | undefined;
  readonly fault: string | undefined;
  readonly isLate: boolean;
}

/** Asks for every seed, over a few connections at once; what a busy machine delayed is asked again by itself. */
async function askAll(baseUrl: string, seeds: readonly number[]): Promise<Asked[]> {
  const waiting = [...seeds];
  const asked: Asked[] = [];
  const work = async () => {
    const connection = new RawConnection(baseUrl);
    for (let seed = waiting.pop(); seed !== undefined; seed = waiting.pop()) asked.push(await ask(connection, seed));
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const again: Asked[] = [];
  for (const { seed } of asked.filter(({ isLate }) => isLate)) {
    const alone = new RawConnection(baseUrl);
    again.push(await ask(alone, seed));
    alone.close();
  }
  return [...asked.filter(({ isLate }) => !isLate), ...again];
}

async function ask(connection: RawConnection, seed: number): Promise<Asked> {
  const request = hostileRequest(new SeededRandom(seed));
  if (request.isMalformed) connection.close();
  try {
    const answer = await connection.ask(request.bytes, PATIENCE_MS, request.hasBody);
    return { seed, answer, fault: violationOf(request, answer), isLate: false };
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    return { seed, answer: undefined, fault: error.message, isLate: true };
  } finally {
    if (request.isMalformed || request.bytes.includes(UPGRADE)) connection.close();
  }
}

/** Node's parser does not tell what it refuses on a connection that has asked for an upgrade, until the request times out. */
const UPGRADE = 'Upgrade: ';

function isRefusal(answer: RawResponse | undefined): boolean {
  return answer === undefined || answer.status >= 400;
}

const NO_MEDIA = '{"detail":"Media storage is not configured on AgentOS"}';
const OF_THE_INSIDE = /node_modules|\.[jt]s:\d+|\bat \w+ \(|postgres(ql)?:\/\//;

/** What is wrong with an answer, in a few words; undefined when nothing is. */
export function violationOf(request: HostileRequest, answer: RawResponse | undefined): string | undefined {
  if (answer === undefined) return request.isMalformed ? undefined : 'the connection ended without an answer';
  const { status, body, headers } = answer;
  if (Number.isNaN(status)) return 'an answer that is not HTTP';
  if (OF_THE_INSIDE.test(body)) return `${status} tells of the inside`;
  if (status >= 500) return request.wantsMedia && status === 503 && body === NO_MEDIA ? undefined : `${status}`;
  if (status < 400 || !request.hasBody || body.startsWith('Disallowed CORS')) return undefined;
  if (headers.get('content-type') !== 'application/json') return `${status} of type ${headers.get('content-type')}`;
  return hasDetail(body) ? undefined : `${status} without a detail`;
}

function hasDetail(body: string): boolean {
  try {
    return 'detail' in (JSON.parse(body) as object);
  } catch {
    return false;
  }
}
