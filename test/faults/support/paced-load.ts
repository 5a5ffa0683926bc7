import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient, HttpResponse } from './http-client.js';

/** A response whose `milliseconds` count from the time at which the request was due. */
export interface PacedResponse extends HttpResponse {
  /** Index of the request, from 0. */
  readonly n: number;
  /** Time of the response, by `performance.now()`. */
  readonly answeredAt: number;
}

/** Returns the path of the nth request. */
type PathOf = (n: number) => string;

/**
 * Sends requests over `connections` connections as fast as possible for `ms` milliseconds. Resolves with the number of
 * 200 responses per second.
 */
export async function measureCapacity(http: HttpClient, connections: number, ms: number, path: PathOf) {
  const start = performance.now();
  let asked = 0;
  let answered = 0;
  const keepSending = async () => {
    while (performance.now() < start + ms) {
      const { status } = await http.ask('GET', path(asked++));
      if (status === 200) answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, keepSending));
  return (answered * 1000) / (performance.now() - start);
}

/**
 * Sends a request every `1 / perSecond` seconds without waiting for earlier responses, like many independent clients. A
 * delay of the sender counts as response time, which avoids coordinated omission.
 */
export async function sendAtRate(
  http: HttpClient,
  perSecond: number,
  ms: number,
  path: PathOf,
): Promise<PacedResponse[]> {
  const responses: Promise<PacedResponse>[] = [];
  const start = performance.now();
  for (let next = 0; next < (perSecond * ms) / 1000; next++) {
    const dueAt = start + (next * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(early);
    responses.push(
      http.ask('GET', path(next)).then((response) => {
        const answeredAt = performance.now();
        return { ...response, n: next, answeredAt, milliseconds: answeredAt - dueAt };
      }),
    );
  }
  return Promise.all(responses);
}
