import { expect } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import type { KillablePostgres } from '../support/killable-postgres.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, failuresOf, slowestOf, violationsOf } from '../support/response-statistics.js';
import { tableViolations } from '../support/table-checks.js';
import { Traffic, type TrafficOptions } from '../support/traffic.js';
import type { SentRequest } from '../support/traffic-client.js';

/** A disruption of a deployment while clients use it. */
interface Disruption {
  /** Description of the disruption in docs/reliability.md. */
  readonly name: string;
  /** Resolves when the disruption is over and the service should recover. */
  readonly disrupt: () => Promise<unknown>;
  /** The server that holds the sessions afterwards. */
  readonly postgres: KillablePostgres;
  readonly database: string;
  readonly traffic: Partial<TrafficOptions> & { readonly baseUrl: string };
}

/** All requests before, during and after the disruption, until the clients succeed again. */
interface LoadObservation {
  readonly sent: readonly SentRequest[];
  /** From the end of the disruption to the end of the last failed request, in milliseconds. */
  readonly recoveryMs: number;
}

/** Number of requests to wait for before the disruption, and of successful requests after it. */
const WARM_UP = 200;
const TIMEOUT_MS = scaled(30_000);

/**
 * Causes a disruption while clients read and write, checks every response and then the tables against the acknowledged
 * writes, and records the row for docs/reliability.md.
 */
export async function runUnderLoad({
  name,
  disrupt,
  postgres,
  database,
  traffic: options,
}: Disruption): Promise<LoadObservation> {
  const traffic = Traffic.start({ databaseId: 'default', clients: 12, pauseMs: 10, name: nextName(), ...options });
  try {
    await until(async () => traffic.sent.length >= WARM_UP);
    const start = performance.now();
    await disrupt();
    const end = performance.now();
    await until(async () => successes(traffic.since(Math.max(end, lastFailure(traffic.sent)))) >= WARM_UP, TIMEOUT_MS);
    await traffic.stop();
    const sent = traffic.sent.filter(({ sentAt, milliseconds }) => sentAt < end && sentAt + milliseconds >= start);
    const recoveryMs = Math.max(0, Math.round(lastFailure(traffic.sent) - end));
    const lost = await tableViolations(traffic.sessions, postgres, database);
    const wrong = violationsOf(traffic.sent);
    recordReliability({
      fault: name,
      requests: sent.length,
      outcome: `${countStatuses(sent)}; slowest ${slowestOf(sent).toFixed(0)} ms`,
      recoveryMs,
      lostWrites: lost.length,
      wrongAnswers: wrong.length,
    });
    expect({ lost, wrong }).toEqual({ lost: [], wrong: [] });
    return { sent: traffic.sent, recoveryMs };
  } finally {
    await traffic.stop();
  }
}

let trafficCount = 0;

/** A unique prefix of session ids for each traffic generator, so that several can use the same tables. */
function nextName(): string {
  return `traffic-${trafficCount++}`;
}

function successes(sent: readonly SentRequest[]): number {
  return sent.length - failuresOf(sent).length;
}

function lastFailure(sent: readonly SentRequest[]): number {
  return Math.max(0, ...failuresOf(sent).map(({ sentAt, milliseconds }) => sentAt + milliseconds));
}
