import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaled } from '../../support/time-scale.js';
import { MisbehavingClient, waitUntilClosed } from '../support/misbehaving-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses } from '../support/response-statistics.js';
import { SingleDatabaseService } from '../support/single-database-service.js';
import { describeTrafficImpact, measureTrafficImpact } from '../support/traffic-impact.js';

const CLIENTS = 3_000;
const REQUEST_TIMEOUT_MS = scaled(3_000);
/** Time limit for all responses: the request timeout, the interval in which Node checks for late requests, and slack. */
const TIMEOUT_MS = scaled(15_000);
/** Maximum growth of the resident memory during a flood, in megabytes. */
const MAX_MB = 256;

const LINE = 'GET /sessions HTTP/1.1\r\nHost: x\r\n';
const HEADER = `X-More: ${'a'.repeat(1_000)}\r\n`;
const HEADER_INTERVAL_MS = 20;

/** Floods with their expected responses by status. `send` never sends a complete request. */
const FLOODS: readonly [
  name: string,
  statuses: string,
  send: (clients: readonly MisbehavingClient[]) => Promise<void>,
][] = [
  [
    'endless headers',
    `431: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(LINE);
      while (clients.some(({ isClosed }) => !isClosed)) {
        for (const client of clients) if (client.status === 0) client.send(HEADER);
        await sleep(HEADER_INTERVAL_MS);
      }
    },
  ],
  [
    'a head of 17 KiB in one piece',
    `431: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(LINE + HEADER.repeat(17));
    },
  ],
  [
    'half a head and then one letter every 200 ms',
    `408: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(`${LINE}X-Slow: `);
      while (clients.some(({ isClosed }) => !isClosed)) {
        for (const client of clients) if (client.status === 0) client.send('a');
        await sleep(10 * HEADER_INTERVAL_MS);
      }
    },
  ],
];

describe('floods of incomplete requests', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      // Above the number of clients, because at the limit the service closes connections that have been idle longest.
      AGNO_MAX_CONNECTIONS: String(2 * CLIENTS),
    });
  });
  afterAll(() => database.stop());

  it.each(FLOODS)('get 431 or 408, while other clients are served in time: %s', async (name, statuses, send) => {
    const before = await database.footprint();
    const impact = await measureTrafficImpact(database, async () => {
      const clients = await MisbehavingClient.connectMany(database.service.baseUrl, CLIENTS);
      for (const client of clients) client.read();
      await Promise.all([send(clients), waitUntilClosed(clients, TIMEOUT_MS)]);
      return clients;
    });
    recordReliability({
      fault: `${CLIENTS} clients at the same time, each sending ${name}`,
      requests: CLIENTS,
      outcome: `${countStatuses(impact.result)}; ${describeTrafficImpact(impact)}`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(countStatuses(impact.result)).toBe(statuses);
    expect(impact.megabytes[1] - impact.megabytes[0]).toBeLessThan(MAX_MB);
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});
