import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient, HttpResponse } from './http-client.js';

/** A request, where `milliseconds` counts from the moment at which it was to be sent. */
export interface PacedResponse extends HttpResponse {
  /** The how manieth it was, from 0. */
  readonly n: number;
  /** When it was answered, by `performance.now()`. */
  readonly answeredAt: number;
}

/** The path of the nth request. */
export type PathOf = (n: number) => string;

/** Asks as fast as so many connections are answered, for `ms` milliseconds. Resolves with the answers a second. */
export async function measureCapacity(http: HttpClient, connections: number, ms: number, path: PathOf) {
  const start = performance.now();
  let asked = 0;
  let answered = 0;
  const keepAsking = async () => {
    while (performance.now() < start + ms) {
      const { status } = await http.ask('GET', path(asked++));
      if (status === 200) answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, keepAsking));
  return (answered * 1000) / (performance.now() - start);
}

/**
 * Sends a request every `1 / perSecond` seconds, whatever becomes of those before: what many clients do who know nothing
 * of each other. What the sender itself was late by counts as time of the request, so nothing slow is left out.
 */
export async function sendAtRate(
  http: HttpClient,
  perSecond: number,
  ms: number,
  path: PathOf,
): Promise<PacedResponse[]> {
  const answers: Promise<PacedResponse>[] = [];
  const start = performance.now();
  for (let next = 0; next < (perSecond * ms) / 1000; next++) {
    const dueAt = start + (next * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(early);
    answers.push(
      http.ask('GET', path(next)).then((answer) => {
        const answeredAt = performance.now();
        return { ...answer, n: next, answeredAt, milliseconds: answeredAt - dueAt };
      }),
    );
  }
  return Promise.all(answers);
}
