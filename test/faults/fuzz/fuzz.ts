import { NoResponse, RawConnection, type RawResponse } from '../../support/raw-http.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { scaled } from '../../support/time-scale.js';
import type { FuzzedTables } from './fuzzed-tables.js';
import { type HostileRequest, hostileRequest } from './hostile-request.js';

const BATCH = 500;
const CONNECTIONS = 16;
/** Maximum time for each response in milliseconds. */
const TIMEOUT_MS = scaled(1_000);

interface FuzzReport {
  readonly requests: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** Messages, each with the seed that reproduces the violation. */
  readonly violations: readonly string[];
}

/**
 * Sends hostile requests, generated from `seed`, `seed + 1` and so on. Sends the rejected requests a second time and
 * compares the tables before and after, to prove that a rejected request changes nothing.
 */
export async function fuzz(baseUrl: string, tables: FuzzedTables, seed: number, count: number): Promise<FuzzReport> {
  const statuses = new Map<number, number>();
  const violations: string[] = [];
  let requests = 0;
  for (let next = seed; requests < count; next += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - requests) }, (_, index) => next + index);
    await tables.reset();
    const first = await sendAll(baseUrl, batch);
    const rejected = first.filter(({ response }) => isRejected(response)).map(({ seed }) => seed);
    const before = await tables.digest();
    const second = await sendAll(baseUrl, rejected);
    const isAccepted = second.filter(({ response }) => !isRejected(response)).map(({ seed }) => seed);
    requests += first.length + second.length;
    if (isAccepted.length === 0 && (await tables.digest()) !== before) {
      violations.push(`a rejected request of the ${BATCH} seeds from ${next} changed a row`);
    }
    for (const { seed, response, violation } of [...first, ...second]) {
      statuses.set(response?.status ?? 0, (statuses.get(response?.status ?? 0) ?? 0) + 1);
      if (violation !== undefined) violations.push(`seed ${seed}: ${violation}`);
    }
  }
  return { requests, statuses, violations };
}

interface SentRequest {
  readonly seed: number;
  readonly response: RawResponse | undefined;
  readonly violation: string | undefined;
  readonly isLate: boolean;
}

/**
 * Sends the request of every seed over a few connections. Repeats timed-out requests one by one, in case the machine
 * was busy.
 */
async function sendAll(baseUrl: string, seeds: readonly number[]): Promise<SentRequest[]> {
  const waiting = [...seeds];
  const sent: SentRequest[] = [];
  const work = async () => {
    const connection = new RawConnection(baseUrl);
    for (let seed = waiting.pop(); seed !== undefined; seed = waiting.pop()) sent.push(await sendOne(connection, seed));
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const again: SentRequest[] = [];
  for (const { seed } of sent.filter(({ isLate }) => isLate)) {
    const alone = new RawConnection(baseUrl);
    again.push(await sendOne(alone, seed));
    alone.close();
  }
  return [...sent.filter(({ isLate }) => !isLate), ...again];
}

async function sendOne(connection: RawConnection, seed: number): Promise<SentRequest> {
  const request = hostileRequest(new SeededRandom(seed));
  if (request.isMalformed) connection.close();
  try {
    const response = await connection.ask(request.bytes, TIMEOUT_MS, request.hasBody);
    return { seed, response, violation: violationOf(request, response), isLate: false };
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    return { seed, response: undefined, violation: error.message, isLate: true };
  } finally {
    if (request.isMalformed || request.bytes.includes(UPGRADE)) connection.close();
  }
}

/** After an upgrade request Node reports invalid bytes only at the request timeout, so its connection is not reused. */
const UPGRADE = 'Upgrade: ';

function isRejected(response: RawResponse | undefined): boolean {
  return response === undefined || response.status >= 400;
}

const NO_MEDIA = '{"detail":"Media storage is not configured on AgentOS"}';
const INTERNALS = /node_modules|\.[jt]s:\d+|\bat \w+ \(|postgres(ql)?:\/\//;

/** Describes what is wrong with a response; undefined when it is valid. */
export function violationOf(request: HostileRequest, response: RawResponse | undefined): string | undefined {
  if (response === undefined) return request.isMalformed ? undefined : 'the connection ended without a response';
  const { status, body, headers } = response;
  if (Number.isNaN(status)) return 'a response that is not HTTP';
  if (INTERNALS.test(body)) return `${status} discloses internals`;
  if (status >= 500) return request.wantsMedia && status === 503 && body === NO_MEDIA ? undefined : `${status}`;
  if (status < 400 || !request.hasBody || body.startsWith('Disallowed CORS')) return undefined;
  if (headers.get('content-type') !== 'application/json')
    return `${status} with content type ${headers.get('content-type')}`;
  return hasDetail(body) ? undefined : `${status} without a detail`;
}

function hasDetail(body: string): boolean {
  try {
    return 'detail' in (JSON.parse(body) as object);
  } catch {
    return false;
  }
}
