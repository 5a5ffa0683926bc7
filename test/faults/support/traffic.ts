import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/api.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { HttpClient } from './http-client.js';
import type { TrackedSession } from './tracked-session.js';
import { type SentRequest, TrafficClient } from './traffic-client.js';

export interface TrafficOptions {
  readonly baseUrl: string;
  readonly databaseId: string;
  readonly clients: number;
  /** How long each client thinks before it asks again, in milliseconds. */
  readonly pauseMs: number;
  /** Tells several traffics on the same tables apart. */
  readonly name: string;
}

/** Clients that list, read and write sessions at the same time until they are stopped. */
export class Traffic {
  /** Every request that has ended, in that order. */
  readonly sent: SentRequest[] = [];
  private readonly clients: readonly TrafficClient[];
  private readonly http: HttpClient;
  private readonly work: Promise<unknown>;
  /** Requests of each client that have ended. */
  private readonly ended: number[];
  private isStopping = false;

  private constructor({ baseUrl, databaseId, clients, pauseMs, name }: TrafficOptions) {
    this.http = new HttpClient(baseUrl);
    const query = `db_id=${databaseId}`;
    this.clients = Array.from(
      { length: clients },
      (_, at) => new TrafficClient(this.http, `${name}-${at}`, query, new SeededRandom(at)),
    );
    this.ended = this.clients.map(() => 0);
    this.work = Promise.all(this.clients.map((client, index) => this.keepAsking(client, index, pauseMs)));
  }

  static start(options: TrafficOptions): Traffic {
    return new Traffic(options);
  }

  /** What each session must look like by all that was answered. */
  get sessions(): readonly TrackedSession[] {
    return this.clients.flatMap(({ sessions }) => sessions);
  }

  since(moment: number): SentRequest[] {
    return this.sent.filter(({ at }) => at >= moment);
  }

  /** Resolves when a request of every client has ended that had not when this was called. */
  async everyClientWasAnswered(): Promise<void> {
    const before = [...this.ended];
    await until(async () => this.ended.every((count, index) => count > (before[index] ?? 0)));
  }

  /** Resolves when the requests that were under way have ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.work;
    this.http.close();
  }

  private async keepAsking(client: TrafficClient, index: number, pauseMs: number): Promise<void> {
    while (!this.isStopping) {
      this.sent.push(await client.step());
      this.ended[index] = (this.ended[index] ?? 0) + 1;
      await sleep(pauseMs);
    }
  }
}
