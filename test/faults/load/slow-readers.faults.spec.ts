import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { MisbehavingClient, waitUntilClosed } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact, type TrafficImpact } from '../support/traffic-impact.js';

const CLIENTS = 100;
/** Number of clients that send their request at the same time. More would wait for a database connection. */
const BATCH = 4;
const BODY_LIMIT = 6 * 2 ** 20;
const RESPONSE_BYTES = 5 * 2 ** 20;
const BUDGET_MB = 64;
/** Additional memory allowed for garbage and for buffers of sockets and the allocator, in megabytes. */
const GARBAGE_MB = 192;
/** The service cuts a client that reads slower than 64 KB/s after 10 s, if other requests need its memory. */
const CUT_AFTER_MS = 10_000;
/** Time limit for a normal client that gets 503 and retries while slow clients hold the memory budget. */
const SERVED_WITHIN_MS = CUT_AFTER_MS + scaled(20_000);

/** Maximum heap growth afterwards, in megabytes: less than two responses. */
const SLACK_MB = 8;
const READERS = 10;
/** Additional time in milliseconds, after CUT_AFTER_MS, for which readers that must not be cut stay slow. */
const SLOW_MS = 3_000;

/** Paths of one large run and of many small runs. */
const PATHS = ['/sessions/large/runs/r', '/sessions/many/runs'];
const RUN_BYTES = 10_000;
const requestOf = (path = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

describe('large responses', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT),
      AGNO_MEMORY_BUDGET_BYTES: String(BUDGET_MB * 2 ** 20),
    });
    const run = (id: string, bytes: number) => ({ run_id: id, agent_id: 'a', content: 'x'.repeat(bytes) });
    const many = Array.from({ length: RESPONSE_BYTES / RUN_BYTES + 1 }, (_, index) => run(`m${index}`, RUN_BYTES));
    await database.http.ask('POST', '/sessions', { session_id: 'large', runs: [run('r', RESPONSE_BYTES)] });
    await database.http.ask('POST', '/sessions', { session_id: 'many', runs: many });
  });
  afterAll(() => database.stop());

  it('stay within the memory budget when unread, and are cut when other requests need the memory', async () => {
    const before = await database.footprint();
    const liveBefore = await database.liveMegabytes();
    const { impact, rejected, cut } = await requestWithoutReading();
    const live = await database.liveMegabytes();
    recordReliability({
      fault: `${CLIENTS} clients that request ${RESPONSE_BYTES / 2 ** 20} MiB each and read nothing or 16 KB per second`,
      requests: CLIENTS,
      outcome: `503: ${rejected}, cut: ${cut}, the rest buffered by the kernel; ${READERS} normal readers got the whole response after retries; ${describeTrafficImpact(impact)}; memory budget of ${BUDGET_MB} MiB; afterwards the heap is ${liveBefore.toFixed(0)} → ${live.toFixed(0)} MB`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    const [calm, peak] = impact.megabytes;
    expect(peak - calm).toBeLessThan(BUDGET_MB + GARBAGE_MB);
    expect(live - liveBefore).toBeLessThan(SLACK_MB);
    database.http.close();
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });

  it('are not cut when read slowly while no other request needs their memory', async () => {
    const clients = await MisbehavingClient.connectMany(database.service.baseUrl, PATHS.length);
    for (const [index, client] of clients.entries()) client.send(requestOf(PATHS[index]));
    await Promise.all(clients.map((client) => client.hasBegun()));
    for (const client of clients) client.trickle();
    await sleep(CUT_AFTER_MS + SLOW_MS);
    for (const client of clients) client.read();
    await waitUntilClosed(clients, SERVED_WITHIN_MS);
    const cut = clients.filter(({ status, bytesRead }) => status !== 200 || bytesRead < RESPONSE_BYTES);
    expect(cut).toHaveLength(0);
  });

  /**
   * Requests large responses. Half of the clients read nothing and half read slowly, until normal readers have got the
   * same responses. Resolves when the service has closed all connections.
   */
  async function requestWithoutReading(): Promise<{ impact: TrafficImpact<void>; rejected: number; cut: number }> {
    const clients: MisbehavingClient[] = [];
    const impact = await measureTrafficImpact(database, async () => {
      while (clients.length < CLIENTS) {
        const batch = await MisbehavingClient.connectMany(database.service.baseUrl, BATCH);
        clients.push(...batch);
        for (const [index, client] of batch.entries()) client.send(requestOf(PATHS[index % PATHS.length]));
        await Promise.all(batch.map((client) => client.hasBegun()));
        for (const client of batch.slice(0, BATCH / 2)) client.trickle();
      }
      for (let reader = 0; reader < READERS; reader++) {
        const body = await until(async () => {
          const reply = await database.http.ask('GET', PATHS[reader % PATHS.length] ?? '');
          expect([200, 503]).toContain(reply.status);
          return reply.status === 200 && reply.body;
        }, SERVED_WITHIN_MS);
        expect(body.length).toBeGreaterThan(RESPONSE_BYTES);
      }
    });
    for (const client of clients) client.read();
    await waitUntilClosed(clients, SERVED_WITHIN_MS);
    const begun = clients.filter(({ status }) => status === 200);
    const cut = begun.filter(({ bytesRead }) => bytesRead < RESPONSE_BYTES).length;
    expect(cut).toBeGreaterThan(0);
    expect(new Set(clients.map(({ status }) => status))).toEqual(new Set([200, 503]));
    return { impact, rejected: clients.length - begun.length, cut };
  }
});
