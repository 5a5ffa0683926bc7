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
/** How often connections are looked at whose requests do not come to an end, and what a busy machine adds. */
const PATIENCE_MS = scaled(15_000);
/** What so many connections with a head each may add, in megabytes. */
const MOST_MB = 256;

const LINE = 'GET /sessions HTTP/1.1\r\nHost: x\r\n';
const HEADER = `X-More: ${'a'.repeat(1_000)}\r\n`;
const HEADER_PACE_MS = 20;

/** What each client sends: never a whole request. */
const FLOODS: readonly [
  name: string,
  statuses: string,
  send: (clients: readonly MisbehavingClient[]) => Promise<void>,
][] = [
  [
    'headers without an end',
    `431: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(LINE);
      while (clients.some(({ isClosed }) => !isClosed)) {
        for (const client of clients) if (client.status === 0) client.send(HEADER);
        await sleep(HEADER_PACE_MS);
      }
    },
  ],
  [
    'heads of 17 KiB at once',
    `431: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(LINE + HEADER.repeat(17));
    },
  ],
  [
    'half a head, then a letter now and then',
    `408: ${CLIENTS}`,
    async (clients) => {
      for (const client of clients) client.send(`${LINE}X-Slow: `);
      while (clients.some(({ isClosed }) => !isClosed)) {
        for (const client of clients) if (client.status === 0) client.send('a');
        await sleep(10 * HEADER_PACE_MS);
      }
    },
  ],
];

describe('heads', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start({
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      // Beyond the limit the connection that has been idle for the longest time is closed: see idle-connections.
      AGNO_MAX_CONNECTIONS: String(2 * CLIENTS),
    });
  });
  afterAll(() => database.stop());

  it.each(FLOODS)('flood: %s', async (name, statuses, send) => {
    const before = await database.footprint();
    const beside = await measureTrafficImpact(database, async () => {
      const clients = await MisbehavingClient.crowd(database.service.baseUrl, CLIENTS);
      for (const client of clients) client.read();
      await Promise.all([send(clients), waitUntilClosed(clients, PATIENCE_MS)]);
      return clients;
    });
    recordReliability({
      fault: `${CLIENTS} clients at once that send ${name}`,
      requests: CLIENTS,
      outcome: `${countStatuses(beside.result)}; ${describeTrafficImpact(beside)}`,
      lostWrites: 0,
      wrongAnswers: 0,
    });
    expect(countStatuses(beside.result)).toBe(statuses);
    expect(beside.megabytes[1] - beside.megabytes[0]).toBeLessThan(MOST_MB);
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});
