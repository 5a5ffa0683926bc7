import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/api.js';
import { residentMegabytes } from '../../support/process-metrics.js';
import { MisbehavingClient } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses } from '../support/response-statistics.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact, type TrafficImpact } from '../support/traffic-impact.js';

/** As many of 10,000 as a process may open; some are left for everything else. */
const CONNECTIONS = Math.min(10_000, maxOpenFiles() - 500);
/** How many are opened and ask at the same time: it is not the asking that is to be measured. */
const AT_ONCE = 100;
/** AGNO_MAX_CONNECTIONS where it is not set. */
const DEFAULT_LIMIT = 2_000;
const BEYOND_LIMIT = 2_500;
/** Bound of the connections of well-behaved clients and of the test. */
const OTHERS = 20;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
/** What a connection at rest may cost, in kilobytes. */
const MOST_KB = 32;
/** What may be left when they are closed, in megabytes: a kilobyte of each would be more. */
const SLACK_MB = 8;

describe('connections that are kept', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    // Keep-alive is short from three quarters of the limit on.
    database = await SingleDatabaseService.start({ AGNO_MAX_CONNECTIONS: String(2 * CONNECTIONS) });
  });
  afterAll(() => database.stop());

  it('cost little while nobody asks', async () => {
    const before = await database.footprint();
    const liveBefore = await database.liveMegabytes();
    const beside = await openOnce();
    database.http.close();
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
    const live = await database.liveMegabytes();
    const kilobytes = ((beside.result - beside.megabytes[0]) * 1024) / CONNECTIONS;
    recordReliability({
      fault: `${CONNECTIONS} connections that asked once and are kept`,
      requests: CONNECTIONS,
      outcome: `all answered with 200; ${kilobytes.toFixed(1)} KB each; ${describeTrafficImpact(beside)}; once they are closed the heap is ${liveBefore.toFixed(0)} → ${live.toFixed(0)} MB`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(kilobytes).toBeLessThan(MOST_KB);
    expect(live - liveBefore).toBeLessThan(SLACK_MB);
  });

  /** Resolves, when all are closed again, with the megabytes that were resident while they were kept. */
  async function openOnce(): Promise<TrafficImpact<number>> {
    const clients: MisbehavingClient[] = [];
    const beside = await measureTrafficImpact(database, async () => {
      while (clients.length < CONNECTIONS) {
        const some = await MisbehavingClient.crowd(
          database.service.baseUrl,
          Math.min(AT_ONCE, CONNECTIONS - clients.length),
        );
        for (const client of some) client.read().send(REQUEST);
        await until(async () => some.every(({ status }) => status !== 0));
        clients.push(...some);
      }
      const megabytes = residentMegabytes(database.service.pid);
      const { otherSockets } = await database.footprint();
      expect(otherSockets).toBeGreaterThanOrEqual(CONNECTIONS);
      for (let time = 0; time < 100; time++) await database.http.ask('GET', '/sessions?limit=1');
      return megabytes;
    });
    expect(countStatuses(clients)).toBe(`200: ${CONNECTIONS}`);
    expect(clients.filter(({ isClosed }) => isClosed)).toHaveLength(0);
    for (const client of clients) client.close();
    await until(async () => clients.every(({ isClosed }) => isClosed));
    return beside;
  }
});

describe('connections beyond the limit', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start();
  });
  afterAll(() => database.stop());

  it('take the place of those that have been idle for the longest time', async () => {
    const clients: MisbehavingClient[] = [];
    const beside = await measureTrafficImpact(database, async () => {
      while (clients.length < BEYOND_LIMIT) {
        const some = await MisbehavingClient.crowd(database.service.baseUrl, AT_ONCE);
        for (const client of some) client.read().send(REQUEST);
        await until(async () => some.every(({ status }) => status !== 0));
        clients.push(...some);
      }
      await until(async () => clients.filter(({ isClosed }) => !isClosed).length <= DEFAULT_LIMIT);
      return clients.filter(({ isClosed }) => isClosed);
    });
    recordReliability({
      fault: `${BEYOND_LIMIT} connections that asked once and are kept, ${DEFAULT_LIMIT} being the limit`,
      requests: BEYOND_LIMIT,
      outcome: `all answered with 200; the ${beside.result.length} that were idle for the longest time closed; ${describeTrafficImpact(beside)}`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(countStatuses(clients)).toBe(`200: ${BEYOND_LIMIT}`);
    expect(beside.result).toEqual(clients.slice(0, beside.result.length));
    expect(beside.result.length).toBeLessThan(BEYOND_LIMIT - DEFAULT_LIMIT + OTHERS);
  });
});

/** How many files and sockets this process may have open, and so the service that it starts. */
function maxOpenFiles(): number {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
