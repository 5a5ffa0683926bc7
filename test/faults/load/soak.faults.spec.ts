import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { residentMegabytes } from '../../support/process-metrics.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { HttpClient } from '../support/http-client.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, unexpectedStatuses, violationsOf } from '../support/response-statistics.js';
import { DATABASE, SingleDatabaseService } from '../support/single-database-service.js';
import { tableViolations } from '../support/table-checks.js';
import { Traffic } from '../support/traffic.js';
import { fillUntitledSessions } from './fill-sessions.js';
import { sendVariedRequest } from './varied-requests.js';

/** A third of the test's duration in milliseconds. Caches fill in the first third; memory is compared over the last. */
const THIRD_MS = 15_000;
/** Number of sessions, about a thousand pages of 20. */
const SESSIONS = 21_000;
const CLIENTS = 6;
const VARIED_CLIENTS = 6;
/** Maximum heap growth during the last third, in megabytes: less than two kilobytes per request. */
const HEAP_SLACK_MB = 4;
const RESIDENT_SLACK_MB = 24;

describe('sustained requests at full speed', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start();
    await fillUntitledSessions(database, SESSIONS);
    // Indexes, because the test needs many fast requests.
    await database.sql('CREATE INDEX ON ai.agno_sessions (user_id, created_at)');
    await database.sql('CREATE INDEX ON ai.agno_sessions (created_at)');
    for (let page = 1; page <= SESSIONS / 100; page++) {
      await database.http.ask('GET', `/sessions?limit=100&page=${page}`);
    }
  });
  afterAll(() => database.stop());

  it('do not increase the memory of the service after its caches have filled', async () => {
    const { baseUrl } = database.service;
    const before = await database.footprint();
    const traffic = Traffic.start({ baseUrl, databaseId: 'default', clients: CLIENTS, pauseMs: 0, name: 'soak' });
    const varied = new VariedClients(baseUrl);
    onTestFinished(async () => void (await Promise.all([traffic.stop(), varied.stop()])));
    await sleep(THIRD_MS);
    const second = await memoryOf(database);
    const last = await memoryOf(database);
    await Promise.all([traffic.stop(), varied.stop()]);
    database.http.close();

    const requests = traffic.sent.length + varied.sent;
    const lost = await tableViolations(traffic.sessions, database.postgres, DATABASE);
    const wrong = [...violationsOf(traffic.sent), ...varied.violations];
    const heap = [second.live, last.live] as const;
    const resident = [second.resident, last.resident] as const;
    recordReliability({
      fault: `${(3 * THIRD_MS) / 1_000} s at full speed, as many requests as in an hour with ${Math.round(requests / 3_600)} per second: ${CLIENTS} clients that read and write, ${VARIED_CLIENTS} that never repeat a request`,
      requests,
      outcome: `${countStatuses(traffic.sent)}, and ${varied.sent} varied requests with the expected status; during the last third the heap grows ${heap.map((mb) => mb.toFixed(0)).join(' → ')} MB, the resident memory ${resident.map((mb) => mb.toFixed(0)).join(' → ')} MB`,
      lostWrites: lost.length,
      wrongAnswers: wrong.length,
    });
    expect({ lost, wrong, unexpected: unexpectedStatuses(traffic.sent) }).toEqual({
      lost: [],
      wrong: [],
      unexpected: '',
    });
    expect(heap[1] - heap[0], 'growth of the heap').toBeLessThan(HEAP_SLACK_MB);
    expect(resident[1] - resident[0], 'growth of the process').toBeLessThan(RESIDENT_SLACK_MB);
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});

/** Waits for THIRD_MS, then returns the heap after a garbage collection and the resident memory, both in megabytes. */
async function memoryOf(database: SingleDatabaseService): Promise<{ live: number; resident: number }> {
  await sleep(THIRD_MS);
  return { live: await database.liveMegabytes(), resident: residentMegabytes(database.service.pid) };
}

/** Clients that send varied requests until they are stopped. */
class VariedClients {
  sent = 0;
  readonly violations: string[] = [];
  private readonly http: HttpClient;
  private readonly work: Promise<unknown>;
  private isStopping = false;

  constructor(baseUrl: string) {
    this.http = new HttpClient(baseUrl);
    this.work = Promise.all(
      Array.from({ length: VARIED_CLIENTS }, (_, index) => this.keepSending(new SeededRandom(index))),
    );
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.work;
    this.http.close();
  }

  private async keepSending(random: SeededRandom): Promise<void> {
    while (!this.isStopping) {
      const violation = await sendVariedRequest(this.http, random, SESSIONS / 20);
      if (violation !== undefined) this.violations.push(violation);
      this.sent++;
    }
  }
}
