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

/** A temporary fault of a database. */
interface Fault {
  /** Description of the fault in docs/reliability.md. */
  readonly name: string;
  readonly strike: () => Promise<unknown> | unknown;
  /** Minimum duration in milliseconds. The fault lasts until every client has got a response during it. */
  readonly lastsMs: number;
  readonly heal: () => Promise<unknown> | unknown;
  /** Number of clients of the database with the fault. */
  readonly clients?: number;
}

/** The requests that were in flight during the fault. */
interface FaultObservation {
  readonly sent: readonly SentRequest[];
  /** From the end of the fault to the end of the last failed request, in milliseconds. */
  readonly recoveryMs: number;
}

const CLIENTS = 8;
/** Number of requests to wait for before the fault, and after the last failed request. */
const WARM_UP = 200;
/** Time without a failure after which the database counts as recovered, in milliseconds. */
const CALM_MS = 1_000;
const RECOVERY_TIMEOUT_MS = scaled(60_000);
/** Additional response time allowed for a busy machine, in milliseconds. */
const NOISE_MS = scaled(1_500);

/**
 * Injects a fault into one of two databases while clients read and write both, and checks the guarantees that hold for
 * every fault: each request gets its own result, 503 or 504 in time; no request for the other database fails; the
 * database with the fault is served again without a restart; no write is lost or half written; nothing leaks.
 */
export async function injectFault(scenario: FaultScenario, fault: Fault): Promise<FaultObservation> {
  const faulty = scenario.traffic(FAULTY, { clients: fault.clients ?? CLIENTS });
  const healthy = scenario.traffic(HEALTHY, { clients: 4 });
  const all = [faulty, healthy];
  try {
    await until(async () => all.every(({ sent }) => sent.length >= WARM_UP));
    const struckAt = performance.now();
    try {
      await fault.strike();
      await Promise.all([sleep(fault.lastsMs), faulty.everyClientWasAnswered()]);
    } finally {
      await fault.heal();
    }
    const healedAt = performance.now();
    await until(async () => isCalm(faulty, healedAt), RECOVERY_TIMEOUT_MS);
    await Promise.all(all.map((traffic) => traffic.stop()));

    const observed = { sent: between(faulty, struckAt, healedAt), recoveryMs: recoveryOf(faulty, healedAt) };
    const healthyP99 = [p99Of(between(healthy, 0, struckAt)), p99Of(between(healthy, struckAt, healedAt))] as const;
    const lost = [
      ...(await tableViolations(faulty.sessions, scenario.faulty, FAULTY)),
      ...(await tableViolations(healthy.sessions, scenario.healthy, HEALTHY)),
    ];
    const wrong = all.flatMap(({ sent }) => violationsOf(sent));
    recordReliability({
      fault: fault.name,
      requests: observed.sent.length,
      outcome: `${countStatuses(observed.sent)}; p99 of the other database ${healthyP99.map((ms) => ms.toFixed(0)).join(' → ')} ms`,
      recoveryMs: observed.recoveryMs,
      lostWrites: lost.length,
      wrongAnswers: wrong.length,
    });
    expect({ lost, wrong }).toEqual({ lost: [], wrong: [] });
    expect(unexpectedStatuses(healthy.sent), 'unexpected statuses of the other database').toBe('');
    expect(healthyP99[1], 'p99 of the other database').toBeLessThan(10 * healthyP99[0] + NOISE_MS);
    expect(unexpectedStatuses(faulty.sent, 503, 504), 'statuses other than results, 503 and 504').toBe('');
    expect(slowestOf(faulty.sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
    expect(await scenario.leaks(), 'leaks').toEqual([]);
    expect(scenario.service.ended(), scenario.service.output()).toBe(false);
    return observed;
  } finally {
    await Promise.all(all.map((traffic) => traffic.stop()));
  }
}

/** Requests that were in flight at any time between `start` and `end`. */
function between({ sent }: Traffic, start: number, end: number): SentRequest[] {
  return sent.filter(({ sentAt, milliseconds }) => sentAt < end && sentAt + milliseconds >= start);
}

function lastFailure({ sent }: Traffic): number {
  return Math.max(0, ...failuresOf(sent).map(({ sentAt, milliseconds }) => sentAt + milliseconds));
}

function recoveryOf(traffic: Traffic, healedAt: number): number {
  return Math.round(Math.max(0, lastFailure(traffic) - healedAt));
}

function isCalm(traffic: Traffic, healedAt: number): boolean {
  const calmSince = Math.max(healedAt, lastFailure(traffic));
  return performance.now() - calmSince > CALM_MS && traffic.since(calmSince).length >= WARM_UP;
}
