import { expect, onTestFinished } from 'vitest';
import { until } from '../../support/api.js';
import { residentMegabytes } from '../../support/process-metrics.js';
import { scaled } from '../../support/time-scale.js';
import { p99Of, unexpectedStatuses, violationsOf } from './response-statistics.js';
import { DATABASE, type SingleDatabaseService } from './single-database-service.js';
import { tableViolations } from './table-checks.js';
import { Traffic } from './traffic.js';

/** Effect of misbehaving clients on the requests of well-behaved clients and on the service's memory. */
export interface TrafficImpact<T> {
  /** Result of the function that misbehaves. */
  readonly result: T;
  readonly requests: number;
  /** 99th percentile of the response times of well-behaved clients in milliseconds. */
  readonly p99: readonly [before: number, meanwhile: number];
  /** Resident memory of the service in megabytes. */
  readonly megabytes: readonly [before: number, peak: number];
}

/** Number of measurements so far, which makes the names of clients unique. */
let count = 0;

const WARM_UP = 400;
const SAMPLE_MS = 50;
/** Additional response time allowed for a busy machine, in milliseconds. */
const NOISE_MS = scaled(1_500);

/**
 * Lets a few clients read and write while `misbehave` runs, and checks that they are not affected: all of their
 * requests get correct results in time, and their writes are in the tables.
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
  let peak = before;
  const sampling = setInterval(() => {
    if (!database.service.ended()) peak = Math.max(peak, residentMegabytes(pid));
  }, SAMPLE_MS);
  const result = await misbehave().finally(async () => {
    clearInterval(sampling);
    await traffic.stop();
  });
  expect(database.service.ended(), database.service.output()).toBe(false);
  const meanwhile = traffic.sent.slice(calm.length);
  const p99 = [p99Of(calm), p99Of(meanwhile)] as const;
  expect(violationsOf(traffic.sent), 'wrong answers').toEqual([]);
  expect(unexpectedStatuses(meanwhile), 'unexpected statuses of the other clients').toBe('');
  expect(p99[1], 'p99 of the other clients').toBeLessThan(NOISE_MS);
  expect(await tableViolations(traffic.sessions, database.postgres, DATABASE), 'lost writes').toEqual([]);
  return { result, requests: meanwhile.length, p99, megabytes: [before, peak] };
}

/** Describes memory and response times for docs/reliability.md. */
export function describeTrafficImpact({ requests, p99, megabytes }: TrafficImpact<unknown>): string {
  const [calm, meanwhile] = p99.map((ms) => ms.toFixed(0));
  const [before, peak] = megabytes.map((mb) => mb.toFixed(0));
  return `resident memory ${before} → at most ${peak} MB; other clients: all ${requests} requests answered, p99 ${calm} → ${meanwhile} ms`;
}
