import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaled } from '../../support/time-scale.js';
import { MisbehavingClient, waitUntilClosed } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses } from '../support/response-statistics.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact } from '../support/traffic-impact.js';

const CLIENTS = 400;
const BODY_LIMIT = 4 * 2 ** 20;
const PIECE = Buffer.alloc(65_536, ' ');
/** Number of pieces that each client sends, one every INTERVAL_MS: the whole body except its last piece. */
const PIECES = BODY_LIMIT / PIECE.length - 1;
const INTERVAL_MS = scaled(50);
const REQUEST_TIMEOUT_MS = scaled(5_000);
/** Memory budget in mebibytes, in which incomplete bodies reserve memory. */
const BUDGET_MB = 32;
/** Additional memory allowed for uncollected garbage and for buffers that are copied when they grow, in megabytes. */
const GARBAGE_MB = 256;
/** Maximum heap growth afterwards, in megabytes: less than two bodies. */
const SLACK_MB = 8;

const HEAD = `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY_LIMIT}\r\n\r\n`;

describe('incomplete request bodies', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT),
      AGNO_MEMORY_BUDGET_BYTES: String(BUDGET_MB * 2 ** 20),
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    });
  });
  afterAll(() => database.stop());

  it('stay within the memory budget', async () => {
    const before = await database.footprint();
    const liveBefore = await database.liveMegabytes();
    const impact = await measureTrafficImpact(database, async () => {
      const clients = await MisbehavingClient.connectMany(database.service.baseUrl, CLIENTS);
      for (const client of clients) client.read().send(HEAD);
      for (let piece = 0; piece < PIECES; piece++) {
        for (const client of clients) client.send(PIECE);
        await sleep(INTERVAL_MS);
      }
      await waitUntilClosed(clients, 4 * REQUEST_TIMEOUT_MS);
      return clients;
    });
    const live = await database.liveMegabytes();
    recordReliability({
      fault: `${CLIENTS} clients that each send a body of ${BODY_LIMIT / 2 ** 20} MiB slowly and never complete it`,
      requests: CLIENTS,
      outcome: `memory budget of ${BUDGET_MB} MiB: ${countStatuses(impact.result)}; ${describeTrafficImpact(impact)}; afterwards the heap is ${liveBefore.toFixed(0)} → ${live.toFixed(0)} MB`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    // A client that is sending when it is rejected may get a reset before it reads the response.
    const withoutResponse = impact.result.filter(({ status }) => status === 0).length;
    expect(countStatuses(impact.result.filter(({ status }) => status !== 0))).toMatch(/^408: \d+, 503: \d+$/);
    expect(withoutResponse).toBeLessThan(CLIENTS / 20);
    const [calm, peak] = impact.megabytes;
    expect(peak - calm).toBeLessThan(BUDGET_MB + GARBAGE_MB);
    expect(live - liveBefore).toBeLessThan(SLACK_MB);
    database.http.close();
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});
