import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { MisbehavingClient, waitUntilClosed } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact, type TrafficImpact } from '../support/traffic-impact.js';

const CLIENTS = 100;
/** How many of them ask at the same time: more would wait for the database. */
const AT_ONCE = 4;
const BODY_LIMIT = 6 * 2 ** 20;
const ANSWER_BYTES = 5 * 2 ** 20;
const BUDGET_MB = 64;
/** What garbage, and buffers of sockets and of the allocator, may add to the budget, in megabytes. */
const GARBAGE_MB = 192;
/** Below 64 KB/s a client is cut after 10 s, but only while others need what it holds. */
const CUT_AFTER_MS = 10_000;
/** Within this time a client that comes again while others hold all memory gets its response. */
const SERVED_WITHIN_MS = CUT_AFTER_MS + scaled(20_000);

/** What may be left afterwards, in megabytes: two of the answers would be more. */
const SLACK_MB = 8;
const READERS = 10;
/** How much longer than the time of the cut the slow readers go on that nobody cuts. */
const SLOW_MS = 3_000;

/** One large run, and many small ones. */
const PATHS = ['/sessions/large/runs/r', '/sessions/many/runs'];
const RUN_BYTES = 10_000;
const requestOf = (path = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

describe('large answers', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT),
      AGNO_MEMORY_BUDGET_BYTES: String(BUDGET_MB * 2 ** 20),
    });
    const run = (id: string, bytes: number) => ({ run_id: id, agent_id: 'a', content: 'x'.repeat(bytes) });
    const many = Array.from({ length: ANSWER_BYTES / RUN_BYTES + 1 }, (_, at) => run(`m${at}`, RUN_BYTES));
    await database.http.ask('POST', '/sessions', { session_id: 'large', runs: [run('r', ANSWER_BYTES)] });
    await database.http.ask('POST', '/sessions', { session_id: 'many', runs: many });
  });
  afterAll(() => database.stop());

  it('that nobody reads are held within the memory budget, and only while nobody needs it', async () => {
    const before = await database.footprint();
    const liveBefore = await database.liveMegabytes();
    const { beside, refused, cut } = await askWithoutReading();
    const live = await database.liveMegabytes();
    recordReliability({
      fault: `${CLIENTS} clients that ask for ${ANSWER_BYTES / 2 ** 20} MiB each and read nothing or a trickle`,
      requests: CLIENTS,
      outcome: `503: ${refused}, cut: ${cut}, the others taken by the kernel; ${READERS} who did read got it whole meanwhile, when they came again; ${describeTrafficImpact(beside)}; memory budget of ${BUDGET_MB} MiB; afterwards the heap is ${liveBefore.toFixed(0)} → ${live.toFixed(0)} MB`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    const [atFirst, atMost] = beside.megabytes;
    expect(atMost - atFirst).toBeLessThan(BUDGET_MB + GARBAGE_MB);
    expect(live - liveBefore).toBeLessThan(SLACK_MB);
    database.http.close();
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });

  it('that are read slowly go on while nobody else needs what they hold', async () => {
    const clients = await MisbehavingClient.crowd(database.service.baseUrl, PATHS.length);
    for (const [at, client] of clients.entries()) client.send(requestOf(PATHS[at]));
    await Promise.all(clients.map((client) => client.hasBegun()));
    for (const client of clients) client.trickle();
    await sleep(CUT_AFTER_MS + SLOW_MS);
    for (const client of clients) client.read();
    await waitUntilClosed(clients, SERVED_WITHIN_MS);
    const cut = clients.filter(({ status, bytesRead }) => status !== 200 || bytesRead < ANSWER_BYTES);
    expect(cut).toHaveLength(0);
  });

  /**
   * Half of the crowd reads nothing, the other half a trickle, until others have got the same responses. Resolves when the
   * service has ended all connections.
   */
  async function askWithoutReading(): Promise<{ beside: TrafficImpact<void>; refused: number; cut: number }> {
    const clients: MisbehavingClient[] = [];
    const beside = await measureTrafficImpact(database, async () => {
      while (clients.length < CLIENTS) {
        const some = await MisbehavingClient.crowd(database.service.baseUrl, AT_ONCE);
        clients.push(...some);
        for (const [at, client] of some.entries()) client.send(requestOf(PATHS[at % PATHS.length]));
        await Promise.all(some.map((client) => client.hasBegun()));
        for (const client of some.slice(0, AT_ONCE / 2)) client.trickle();
      }
      for (let reader = 0; reader < READERS; reader++) {
        const body = await until(async () => {
          const reply = await database.http.ask('GET', PATHS[reader % PATHS.length] ?? '');
          expect([200, 503]).toContain(reply.status);
          return reply.status === 200 && reply.body;
        }, SERVED_WITHIN_MS);
        expect(body.length).toBeGreaterThan(ANSWER_BYTES);
      }
    });
    for (const client of clients) client.read();
    await waitUntilClosed(clients, SERVED_WITHIN_MS);
    const begun = clients.filter(({ status }) => status === 200);
    const cut = begun.filter(({ bytesRead }) => bytesRead < ANSWER_BYTES).length;
    expect(cut).toBeGreaterThan(0);
    expect(new Set(clients.map(({ status }) => status))).toEqual(new Set([200, 503]));
    return { beside, refused: clients.length - begun.length, cut };
  }
});
