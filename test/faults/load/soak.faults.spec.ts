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

/** Three of them, of which the first is for filling whatever fills. */
const THIRD_MS = 15_000;
/** A thousand pages. */
const SESSIONS = 21_000;
const CLIENTS = 6;
const VARIED_CLIENTS = 6;
/** What may have been added during the last third, in megabytes: two kilobytes for each request would be more. */
const HEAP_SLACK_MB = 4;
const RESIDENT_SLACK_MB = 24;

describe('an hour of requests', () => {
  let database: SingleDatabaseService;

  beforeAll(async () => {
    database = await SingleDatabaseService.start();
    await fillUntitledSessions(database, SESSIONS);
    // Many requests are wanted, not slow ones.
    await database.sql('CREATE INDEX ON ai.agno_sessions (user_id, created_at)');
    await database.sql('CREATE INDEX ON ai.agno_sessions (created_at)');
    for (let page = 1; page <= SESSIONS / 100; page++) {
      await database.http.ask('GET', `/sessions?limit=100&page=${page}`);
    }
  });
  afterAll(() => database.stop());

  it('leaves memory as it was', async () => {
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

    const requests = traffic.sent.length + varied.asked;
    const lost = await tableViolations(traffic.sessions, database.postgres, DATABASE);
    const wrong = [...violationsOf(traffic.sent), ...varied.faults];
    const heap = [second.live, last.live] as const;
    const resident = [second.resident, last.resident] as const;
    recordReliability({
      fault: `${(3 * THIRD_MS) / 1_000} s at full speed, as many requests as ${Math.round(requests / 3_600)} a second in an hour: ${CLIENTS} clients that read and write, ${VARIED_CLIENTS} that never ask the same twice`,
      requests,
      outcome: `${countStatuses(traffic.sent)}, and ${varied.asked} varied ones as they must be; from the end of the second third to that of the last the heap ${heap.map((mb) => mb.toFixed(0)).join(' → ')} MB, resident ${resident.map((mb) => mb.toFixed(0)).join(' → ')} MB`,
      lostWrites: lost.length,
      wrongAnswers: wrong.length,
    });
    expect({ lost, wrong, odd: unexpectedStatuses(traffic.sent) }).toEqual({
      lost: [],
      wrong: [],
      odd: '',
    });
    expect(heap[1] - heap[0], 'growth of the heap').toBeLessThan(HEAP_SLACK_MB);
    expect(resident[1] - resident[0], 'growth of the process').toBeLessThan(RESIDENT_SLACK_MB);
    expect(await database.leaksSince(before), 'leaks').toEqual([]);
  });
});

/** Lets a third of the time pass. What the process has then, in megabytes: live, and resident. */
async function memoryOf(database: SingleDatabaseService): Promise<{ live: number; resident: number }> {
  await sleep(THIRD_MS);
  return { live: await database.liveMegabytes(), resident: residentMegabytes(database.service.pid) };
}

/** Clients that ask varied requests until they are stopped. */
class VariedClients {
  asked = 0;
  readonly faults: string[] = [];
  private readonly http: HttpClient;
  private readonly work: Promise<unknown>;
  private isStopping = false;

  constructor(baseUrl: string) {
    this.http = new HttpClient(baseUrl);
    this.work = Promise.all(Array.from({ length: VARIED_CLIENTS }, (_, at) => this.keepAsking(new SeededRandom(at))));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.work;
    this.http.close();
  }

  private async keepAsking(dice: SeededRandom): Promise<void> {
    while (!this.isStopping) {
      const fault = await sendVariedRequest(this.http, dice, SESSIONS / 20);
      if (fault !== undefined) this.faults.push(fault);
      this.asked++;
    }
  }
}
