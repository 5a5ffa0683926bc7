import { expect } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import type { KillablePostgres } from '../support/killable-postgres.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses, failuresOf, slowestOf, violationsOf } from '../support/response-statistics.js';
import { tableViolations } from '../support/table-checks.js';
import { Traffic, type TrafficOptions } from '../support/traffic.js';
import type { SentRequest } from '../support/traffic-client.js';

/** Something that is done to a deployment while clients use it. */
export interface Disruption {
  /** In words, for the table. */
  readonly name: string;
  /** Resolves when it is over and everything may be expected to work again. */
  readonly happens: () => Promise<unknown>;
  /** Where the sessions are in the end. */
  readonly postgres: KillablePostgres;
  readonly database: string;
  readonly traffic: Partial<TrafficOptions> & { readonly baseUrl: string };
}

/** What became of all requests, before it happened, meanwhile, and until the clients were content again. */
export interface LoadObservation {
  readonly sent: readonly SentRequest[];
  /** From the end of what happened to the end of the last request that failed, in milliseconds. */
  readonly recoveryMs: number;
}

/** Good answers before and after. */
const ENOUGH = 200;
const PATIENCE_MS = scaled(30_000);

/**
 * Lets clients read and write all the time while something happens, compares every answer and then the tables with what
 * they were told, and keeps the row for the table.
 */
export async function runUnderLoad({
  name,
  happens,
  postgres,
  database,
  traffic: options,
}: Disruption): Promise<LoadObservation> {
  const traffic = Traffic.start({ databaseId: 'default', clients: 12, pauseMs: 10, name: nextName(), ...options });
  try {
    await until(async () => traffic.sent.length >= ENOUGH);
    const start = performance.now();
    await happens();
    const end = performance.now();
    await until(async () => good(traffic.since(Math.max(end, lastFailure(traffic.sent)))) >= ENOUGH, PATIENCE_MS);
    await traffic.stop();
    const sent = traffic.sent.filter(({ at, milliseconds }) => at < end && at + milliseconds >= start);
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

/** Several traffics on the same tables must not meet. */
function nextName(): string {
  return `traffic-${trafficCount++}`;
}

function good(sent: readonly SentRequest[]): number {
  return sent.length - failuresOf(sent).length;
}

function lastFailure(sent: readonly SentRequest[]): number {
  return Math.max(0, ...failuresOf(sent).map(({ at, milliseconds }) => at + milliseconds));
}
