import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/api.js';
import { residentMegabytes } from '../../support/process-metrics.js';
import { MisbehavingClient } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses } from '../support/response-statistics.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact, type TrafficImpact } from '../support/traffic-impact.js';

/** Number of idle connections: 10,000, or the limit of open files minus 500 for other uses. */
const CONNECTIONS = Math.min(10_000, maxOpenFiles() - 500);
/** Number of connections that are opened at the same time. It is small, because only idle connections are measured. */
const BATCH = 100;
/** Default of AGNO_MAX_CONNECTIONS. */
const DEFAULT_LIMIT = 2_000;
const BEYOND_LIMIT = 2_500;
/** Maximum number of connections that belong to the well-behaved clients and the test itself. */
const OTHERS = 20;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
/** Maximum memory of an idle connection, in kilobytes. */
const MAX_KB = 32;
/** Maximum heap growth after all connections are closed, in megabytes: less than one kilobyte per connection. */
const SLACK_MB = 8;

describe('idle connections', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    // Twice the connections, because the service shortens its keep-alive timeout from three quarters of the limit on.
    database = await SingleDatabaseService.start({ AGNO_MAX_CONNECTIONS: String(2 * CONNECTIONS) });
  });
  afterAll(() => database.stop());

  it('take less than 32 KB of memory each, which is released when they close', async () => {
    const before = await database.footprint();
    const liveBefore = await database.liveMegabytes();
    const impact = await openAndClose();
    database.http.close();
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
    const live = await database.liveMegabytes();
    const kilobytes = ((impact.result - impact.megabytes[0]) * 1024) / CONNECTIONS;
    recordReliability({
      fault: `${CONNECTIONS} idle connections, each after one request`,
      requests: CONNECTIONS,
      outcome: `all answered with 200; ${kilobytes.toFixed(1)} KB each; ${describeTrafficImpact(impact)}; after closing them the heap is ${liveBefore.toFixed(0)} → ${live.toFixed(0)} MB`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(kilobytes).toBeLessThan(MAX_KB);
    expect(live - liveBefore).toBeLessThan(SLACK_MB);
  });

  /** Opens and closes all connections. Resolves with the resident megabytes while they were open. */
  async function openAndClose(): Promise<TrafficImpact<number>> {
    const clients: MisbehavingClient[] = [];
    const impact = await measureTrafficImpact(database, async () => {
      while (clients.length < CONNECTIONS) {
        const opened = await MisbehavingClient.connectMany(
          database.service.baseUrl,
          Math.min(BATCH, CONNECTIONS - clients.length),
        );
        for (const client of opened) client.read().send(REQUEST);
        await until(async () => opened.every(({ status }) => status !== 0));
        clients.push(...opened);
      }
      const megabytes = residentMegabytes(database.service.pid);
      const { otherSockets } = await database.footprint();
      expect(otherSockets).toBeGreaterThanOrEqual(CONNECTIONS);
      for (let request = 0; request < 100; request++) await database.http.ask('GET', '/sessions?limit=1');
      return megabytes;
    });
    expect(countStatuses(clients)).toBe(`200: ${CONNECTIONS}`);
    expect(clients.filter(({ isClosed }) => isClosed)).toHaveLength(0);
    for (const client of clients) client.close();
    await until(async () => clients.every(({ isClosed }) => isClosed));
    return impact;
  }
});

describe('a client connection beyond AGNO_MAX_CONNECTIONS', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start();
  });
  afterAll(() => database.stop());

  it('makes the service close the connections that have been idle longest', async () => {
    const clients: MisbehavingClient[] = [];
    const impact = await measureTrafficImpact(database, async () => {
      while (clients.length < BEYOND_LIMIT) {
        const opened = await MisbehavingClient.connectMany(database.service.baseUrl, BATCH);
        for (const client of opened) client.read().send(REQUEST);
        await until(async () => opened.every(({ status }) => status !== 0));
        clients.push(...opened);
      }
      await until(async () => clients.filter(({ isClosed }) => !isClosed).length <= DEFAULT_LIMIT);
      return clients.filter(({ isClosed }) => isClosed);
    });
    recordReliability({
      fault: `${BEYOND_LIMIT} idle connections, each after one request, with a limit of ${DEFAULT_LIMIT}`,
      requests: BEYOND_LIMIT,
      outcome: `all answered with 200; the ${impact.result.length} connections that were idle longest are closed; ${describeTrafficImpact(impact)}`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(countStatuses(clients)).toBe(`200: ${BEYOND_LIMIT}`);
    expect(impact.result).toEqual(clients.slice(0, impact.result.length));
    expect(impact.result.length).toBeLessThan(BEYOND_LIMIT - DEFAULT_LIMIT + OTHERS);
  });
});

/** Maximum number of open files and sockets of this process, which the service inherits. */
function maxOpenFiles(): number {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
