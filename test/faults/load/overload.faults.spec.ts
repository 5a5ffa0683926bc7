import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaled } from '../../support/time-scale.js';
import { measureCapacity, type PacedResponse, sendAtRate } from '../support/paced-load.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, medianOf, p99Of, slowestOf } from '../support/response-statistics.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { fillSessions } from './fill-sessions.js';

/** Number of sessions. A filter by name takes PostgreSQL about 10 ms, much longer than the test's own work. */
const SESSIONS = 12_000;
const QUEUE_TIMEOUT_MS = scaled(500);
/** Number of requests that are sent per request that the service could answer. */
const OVERLOAD = 4;
const OVERLOAD_MS = 10_000;
/** Additional response time allowed for a busy machine, in milliseconds. */
const NOISE_MS = scaled(500);

/** The path of request number `n`. Each path has another name filter, so that no cache of the service can answer. */
const pathOf = (n: number) => `/sessions?limit=20&session_name=chat%20${n}`;

describe('open load of four times the capacity', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_POOL_SIZE: '1',
      AGNO_QUEUE_TIMEOUT_MS: String(QUEUE_TIMEOUT_MS),
    });
    await fillSessions(database, SESSIONS);
  });
  afterAll(() => database.stop());

  it('is mostly rejected immediately, so that accepted requests are answered in time', async () => {
    const { http } = database;
    await measureCapacity(http, 2, 1_000, (n) => pathOf(n + 100_000));
    const before = await database.footprint();
    const rate = await measureCapacity(http, 2, 3_000, (n) => pathOf(n + 200_000));

    const probes = ['/livez', '/readyz'].map((path) => sendAtRate(http, 10, OVERLOAD_MS, () => path));
    const overload = sendAtRate(http, OVERLOAD * rate, OVERLOAD_MS, pathOf);
    await sleep(OVERLOAD_MS);
    const relieved = performance.now();
    const calm = await sendAtRate(http, rate / 4, 3_000, (n) => pathOf(n + 300_000));
    const responses = await overload;
    const probed = (await Promise.all(probes)).flat();
    http.close();

    const accepted = responses.filter(({ status }) => status === 200);
    const rejected = responses.filter(({ status }) => status === 503);
    const wrong = accepted.filter((response) => !isCorrect(response));
    const goodput = (accepted.length * 1_000) / OVERLOAD_MS;
    const lastFailure = Math.max(
      relieved,
      ...calm.filter(({ status }) => status !== 200).map((response) => response.answeredAt),
    );
    recordReliability({
      fault: `Open load of ${OVERLOAD} × the capacity for ${OVERLOAD_MS / 1_000} s, pool of 1, \`AGNO_QUEUE_TIMEOUT_MS\` ${QUEUE_TIMEOUT_MS}`,
      requests: responses.length,
      outcome: `${countStatuses(responses)}; ${goodput.toFixed(0)} requests per second get 200, ${rate.toFixed(0)} without overload; p99 of 200 ${p99Of(accepted).toFixed(0)} ms, of 503 ${p99Of(rejected).toFixed(0)} ms; median of 503 ${medianOf(rejected).toFixed(0)} ms; slowest probe ${slowestOf(probed).toFixed(0)} ms`,
      recoveryMs: Math.round(lastFailure - relieved),
      lostWrites: 0,
      wrongAnswers: wrong.length,
    });
    expect(wrong).toEqual([]);
    expect(accepted.length + rejected.length, countStatuses(responses)).toBe(responses.length);
    expect(rejected.filter(({ headers }) => headers['retry-after'] !== '1')).toEqual([]);
    // A list waits for a connection twice: for its page and for its count.
    expect(p99Of(accepted)).toBeLessThan(2 * QUEUE_TIMEOUT_MS + NOISE_MS);
    expect(p99Of(rejected)).toBeLessThan(2 * QUEUE_TIMEOUT_MS + NOISE_MS);
    expect(medianOf(rejected)).toBeLessThan(QUEUE_TIMEOUT_MS / 4);
    expect(rejected.length).toBeGreaterThan(responses.length / 4);
    expect(goodput).toBeGreaterThan(rate / 2);
    expect(countStatuses(probed)).toBe(`200: ${probed.length}`);
    expect(slowestOf(probed)).toBeLessThan(QUEUE_TIMEOUT_MS + NOISE_MS);
    expect(lastFailure - relieved).toBeLessThan(QUEUE_TIMEOUT_MS + 2 * NOISE_MS);
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});

/** True for a page of sessions whose names match the filter, with the correct total. */
function isCorrect({ n, body }: PacedResponse): boolean {
  const page = JSON.parse(body) as { data: { session_name: string }[]; meta: { total_count: number } };
  const total = Array.from({ length: SESSIONS }, (_, index) => `${index + 1}`).filter((id) =>
    id.startsWith(`${n}`),
  ).length;
  const isFit = page.data.every(({ session_name: name }) => name.startsWith(`Chat ${n}`));
  return isFit && page.meta.total_count === total && page.data.length === Math.min(total, 20);
}
