import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { recordReliability } from '../support/record-reliability.js';
import { ReplicatedService } from '../support/replicated-service.js';
import { countStatuses } from '../support/response-statistics.js';

const TOGETHER = 10;
/** Requests do not wait for answers that never come, in milliseconds. */
const SOON = scaled(4_000);
/** Nor do they wait for ever for those without which nobody can be served. */
const AT_LAST = scaled(10_000);

/** What requests share must not be a wait that they share. */
describe('an answer of PostgreSQL to all readers that is lost with its connection', () => {
  let replicated: ReplicatedService;
  const ask = () => call(replicated.service.baseUrl, '/sessions');
  const askTogether = async () => {
    const start = performance.now();
    const replies = await Promise.all(Array.from({ length: TOGETHER }, ask));
    return { replies, statuses: replies.map(({ status }) => status), took: performance.now() - start };
  };
  const keep = (fault: string, { replies, took }: Awaited<ReturnType<typeof askTogether>>) =>
    recordReliability({
      fault,
      requests: TOGETHER,
      outcome: `${countStatuses(replies)}; slowest ${took.toFixed(0)} ms`,
      lostWrites: 0,
      wrongAnswers: 0,
    });

  beforeAll(async () => {
    replicated = await ReplicatedService.start(1, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)) });
  });
  afterAll(() => replicated.stop());

  it('what tables there are: they are told to come again', async () => {
    const lost = replicated.network.forgetAt('layout');
    const asked = await askTogether();
    await lost;
    const { statuses, took } = asked;
    expect(took).toBeLessThan(AT_LAST);
    expect(statuses.filter((status) => ![200, 503, 504].includes(status))).toEqual([]);
    expect((await askTogether()).statuses).toEqual(Array.from({ length: TOGETHER }, () => 200));
    keep('The connection is lost that reads for all what tables there are', asked);
  });

  it('how far a replica must be: the primary answers', async () => {
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    await replicated.untilStandbysRead(ask);
    const lost = replicated.network.forgetAt('primary-position');
    const asked = await askTogether();
    await lost;
    const { statuses, took } = asked;
    expect(statuses).toEqual(Array.from({ length: TOGETHER }, () => 200));
    expect(took).toBeLessThan(SOON);
    keep('The connection is lost that asks for all readers how far a replica must be', asked);
    await replicated.untilStandbysRead(ask);
  });
});
