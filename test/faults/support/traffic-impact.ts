import { expect, onTestFinished } from 'vitest';
import { until } from '../../support/api.js';
import { residentMegabytes } from '../../support/process-metrics.js';
import { scaled } from '../../support/time-scale.js';
import { p99Of, unexpectedStatuses, violationsOf } from './response-statistics.js';
import { DATABASE, type SingleDatabaseService } from './single-database-service.js';
import { tableViolations } from './table-checks.js';
import { Traffic } from './traffic.js';

/** What well-behaved clients met while others misbehaved. */
export interface TrafficImpact<T> {
  /** What the misbehaviour came to. */
  readonly result: T;
  readonly requests: number;
  /** All but one in a hundred of their answers took no longer, before and meanwhile. In milliseconds. */
  readonly p99: readonly [before: number, meanwhile: number];
  /** What the service had in memory, before and at most, in megabytes. */
  readonly megabytes: readonly [before: number, atMost: number];
}

/** Tells the clients of several times apart. */
let count = 0;

const WARM_UP = 400;
const SAMPLE_MS = 50;
/** What a busy machine may add to the time of an answer, in milliseconds. */
const NOISE_MS = scaled(1_500);

/**
 * Lets a few clients read and write while `misbehave` runs, and checks that they do not suffer from it: all of their
 * requests are answered with results, right ones and soon, and what they wrote is in the tables.
 */
export async function measureTrafficImpact<T>(
  database: SingleDatabaseService,
  misbehave: () => Promise<T>,
): Promise<TrafficImpact<T>> {
  const { baseUrl, pid } = database.service;
  const traffic = Traffic.start({ baseUrl, databaseId: 'default', clients: 4, pauseMs: 10, name: `beside-${count++}` });
  onTestFinished(() => traffic.stop());
  await until(async () => traffic.sent.length > WARM_UP);
  const calm = [...traffic.sent];
  const before = residentMegabytes(pid);
  let atMost = before;
  const sampling = setInterval(() => {
    if (!database.service.ended()) atMost = Math.max(atMost, residentMegabytes(pid));
  }, SAMPLE_MS);
  const result = await misbehave().finally(async () => {
    clearInterval(sampling);
    await traffic.stop();
  });
  expect(database.service.ended(), database.service.output()).toBe(false);
  const met = traffic.sent.slice(calm.length);
  const p99 = [p99Of(calm), p99Of(met)] as const;
  expect(violationsOf(traffic.sent), 'wrong answers').toEqual([]);
  expect(unexpectedStatuses(met), 'other answers than results to the others').toBe('');
  expect(p99[1], 'p99 of the others').toBeLessThan(NOISE_MS);
  expect(await tableViolations(traffic.sessions, database.postgres, DATABASE), 'lost writes').toEqual([]);
  return { result, requests: met.length, p99, megabytes: [before, atMost] };
}

/** For the table: what was held, and what the others noticed. */
export function describeTrafficImpact({ requests, p99, megabytes }: TrafficImpact<unknown>): string {
  const [calm, met] = p99.map((ms) => ms.toFixed(0));
  const [before, atMost] = megabytes.map((mb) => mb.toFixed(0));
  return `resident ${before} → at most ${atMost} MB; ${requests} requests beside it all answered, p99 ${calm} → ${met} ms`;
}
