import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../../support/api.js';
import { scaled } from '../../support/time-scale.js';
import { FAULTY, type FaultScenario, HEALTHY, REQUEST_TIMEOUT_MS } from './fault-scenario.js';
import { recordReliability } from './record-reliability.js';
import {
  countStatuses,
  failuresOf,
  p99Of,
  slowestOf,
  unexpectedStatuses,
  violationsOf,
} from './response-statistics.js';
import { tableViolations } from './table-checks.js';
import type { Traffic } from './traffic.js';
import type { SentRequest } from './traffic-client.js';

/** Something that goes wrong with a database for a while. */
export interface Fault {
  /** In words, for the table. */
  readonly name: string;
  readonly strike: () => Promise<unknown> | unknown;
  /** Minimum duration after `strike`, in milliseconds. The fault lasts until every client has been answered in it. */
  readonly lastsMs: number;
  readonly heal: () => Promise<unknown> | unknown;
  /** Clients of the database that is struck. */
  readonly clients?: number;
}

/** What requests met that were under way while the fault lasted. */
export interface FaultObservation {
  readonly sent: readonly SentRequest[];
  /** From the end of the fault to the end of the last request that failed, in milliseconds. */
  readonly recoveryMs: number;
}

const CLIENTS = 8;
/** Requests before the fault, and good ones after it, that every client is given time for. */
const WARM_UP = 200;
/** Without a failure for so long, the database counts as recovered. In milliseconds. */
const CALM_MS = 1_000;
const RECOVERY_PATIENCE_MS = scaled(60_000);
/** What a busy machine may add to the time of an answer, in milliseconds. */
const NOISE_MS = scaled(1_500);

/**
 * Lets clients read and write both databases all the time, has a fault strike one of them and pass, and checks what must
 * hold whatever the fault: every request is answered within its deadline, with its result or 503 or 504; the other
 * database never fails; the struck one is served again without a restart; nothing is lost, half written, mixed up or leaked.
 */
export async function injectFault(scenario: FaultScenario, fault: Fault): Promise<FaultObservation> {
  const sick = scenario.traffic(FAULTY, { clients: fault.clients ?? CLIENTS });
  const healthy = scenario.traffic(HEALTHY, { clients: 4 });
  const all = [sick, healthy];
  try {
    await until(async () => all.every(({ sent }) => sent.length >= WARM_UP));
    const struckAt = performance.now();
    try {
      await fault.strike();
      await Promise.all([sleep(fault.lastsMs), sick.everyClientWasAnswered()]);
    } finally {
      await fault.heal();
    }
    const healedAt = performance.now();
    await until(async () => isCalm(sick, healedAt), RECOVERY_PATIENCE_MS);
    await Promise.all(all.map((traffic) => traffic.stop()));

    const met = { sent: between(sick, struckAt, healedAt), recoveryMs: recoveryOf(sick, healedAt) };
    const beside = [p99Of(between(healthy, 0, struckAt)), p99Of(between(healthy, struckAt, healedAt))] as const;
    const lost = [
      ...(await tableViolations(sick.sessions, scenario.sick, FAULTY)),
      ...(await tableViolations(healthy.sessions, scenario.healthy, HEALTHY)),
    ];
    const wrong = all.flatMap(({ sent }) => violationsOf(sent));
    recordReliability({
      fault: fault.name,
      requests: met.sent.length,
      outcome: `${countStatuses(met.sent)}; beside it p99 ${beside.map((ms) => ms.toFixed(0)).join(' → ')} ms`,
      recoveryMs: met.recoveryMs,
      lostWrites: lost.length,
      wrongAnswers: wrong.length,
    });
    expect({ lost, wrong }).toEqual({ lost: [], wrong: [] });
    expect(unexpectedStatuses(healthy.sent), 'other answers than results of the other database').toBe('');
    expect(beside[1], 'p99 of the other database').toBeLessThan(10 * beside[0] + NOISE_MS);
    expect(unexpectedStatuses(sick.sent, 503, 504), 'other answers than results, 503 and 504').toBe('');
    expect(slowestOf(sick.sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
    expect(await scenario.leaks(), 'leaks').toEqual([]);
    expect(scenario.service.ended(), scenario.service.output()).toBe(false);
    return met;
  } finally {
    await Promise.all(all.map((traffic) => traffic.stop()));
  }
}

/** Requests that were under way at some moment of a span. */
function between({ sent }: Traffic, start: number, end: number): SentRequest[] {
  return sent.filter(({ at, milliseconds }) => at < end && at + milliseconds >= start);
}

function lastFailure({ sent }: Traffic): number {
  return Math.max(0, ...failuresOf(sent).map(({ at, milliseconds }) => at + milliseconds));
}

function recoveryOf(traffic: Traffic, healedAt: number): number {
  return Math.round(Math.max(0, lastFailure(traffic) - healedAt));
}

function isCalm(traffic: Traffic, healedAt: number): boolean {
  const calmSince = Math.max(healedAt, lastFailure(traffic));
  return performance.now() - calmSince > CALM_MS && traffic.since(calmSince).length >= WARM_UP;
}
