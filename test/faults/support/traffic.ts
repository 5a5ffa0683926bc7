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
  /** Pause of each client between its requests, in milliseconds. */
  readonly pauseMs: number;
  /** Prefix of session ids and user ids, which distinguishes several traffics on the same tables. */
  readonly name: string;
}

/** Clients that concurrently list, read and write sessions until they are stopped. */
export class Traffic {
  /** Completed requests in order of completion. */
  readonly sent: SentRequest[] = [];
  private readonly clients: readonly TrafficClient[];
  private readonly http: HttpClient;
  private readonly work: Promise<unknown>;
  /** Number of completed requests of each client. */
  private readonly completed: number[];
  private isStopping = false;

  private constructor({ baseUrl, databaseId, clients, pauseMs, name }: TrafficOptions) {
    this.http = new HttpClient(baseUrl);
    const query = `db_id=${databaseId}`;
    this.clients = Array.from(
      { length: clients },
      (_, index) => new TrafficClient(this.http, `${name}-${index}`, query, new SeededRandom(index)),
    );
    this.completed = this.clients.map(() => 0);
    this.work = Promise.all(this.clients.map((client, index) => this.keepSending(client, index, pauseMs)));
  }

  static start(options: TrafficOptions): Traffic {
    return new Traffic(options);
  }

  /** All sessions with their possible states according to the responses. */
  get sessions(): readonly TrackedSession[] {
    return this.clients.flatMap(({ sessions }) => sessions);
  }

  since(moment: number): SentRequest[] {
    return this.sent.filter(({ sentAt }) => sentAt >= moment);
  }

  /** Resolves when every client has completed another request after this call. */
  async everyClientWasAnswered(): Promise<void> {
    const before = [...this.completed];
    await until(async () => this.completed.every((count, index) => count > (before[index] ?? 0)));
  }

  /** Stops the clients. Resolves when the requests in flight have completed. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.work;
    this.http.close();
  }

  private async keepSending(client: TrafficClient, index: number, pauseMs: number): Promise<void> {
    while (!this.isStopping) {
      this.sent.push(await client.step());
      this.completed[index] = (this.completed[index] ?? 0) + 1;
      await sleep(pauseMs);
    }
  }
}
