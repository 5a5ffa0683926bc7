import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { recordReliability } from '../support/record-reliability.js';
import { ReplicatedService } from '../support/replicated-service.js';
import { countStatuses } from '../support/response-statistics.js';

const CONCURRENT = 10;
/** Maximum response time in milliseconds when reads can use the primary instead of the lost result. */
const FALLBACK_MS = scaled(4_000);
/** Maximum response time in milliseconds when requests need the lost result and fail. */
const FAILURE_MS = scaled(10_000);

/** Concurrent requests wait for the result of one query. They must not hang when the result never arrives. */
describe('a coalesced query whose connection is lost', () => {
  let replicated: ReplicatedService;
  const ask = () => call(replicated.service.baseUrl, '/sessions');
  const askConcurrently = async () => {
    const start = performance.now();
    const replies = await Promise.all(Array.from({ length: CONCURRENT }, ask));
    return { replies, statuses: replies.map(({ status }) => status), took: performance.now() - start };
  };
  const record = (fault: string, { replies, took }: Awaited<ReturnType<typeof askConcurrently>>) =>
    recordReliability({
      fault,
      requests: CONCURRENT,
      outcome: `${countStatuses(replies)}; slowest ${took.toFixed(0)} ms`,
      lostWrites: 0,
      wrongAnswers: 0,
    });

  beforeAll(async () => {
    replicated = await ReplicatedService.start(1, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)) });
  });
  afterAll(() => replicated.stop());

  it('makes only the waiting requests fail, with 503 or 504 in time, when it reads the table layout', async () => {
    const lost = replicated.network.forgetAt('layout');
    const asked = await askConcurrently();
    await lost;
    const { statuses, took } = asked;
    expect(took).toBeLessThan(FAILURE_MS);
    expect(statuses.filter((status) => ![200, 503, 504].includes(status))).toEqual([]);
    expect((await askConcurrently()).statuses).toEqual(Array.from({ length: CONCURRENT }, () => 200));
    record('Connection lost during the coalesced query for the layout', asked);
  });

  it('lets the waiting reads use the primary when it reads the WAL position that replicas must have replayed', async () => {
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    await replicated.untilStandbysRead(ask);
    const lost = replicated.network.forgetAt('primary-position');
    const asked = await askConcurrently();
    await lost;
    const { statuses, took } = asked;
    expect(statuses).toEqual(Array.from({ length: CONCURRENT }, () => 200));
    expect(took).toBeLessThan(FALLBACK_MS);
    record("Connection lost during the coalesced query for the primary's position", asked);
    await replicated.untilStandbysRead(ask);
  });
});
