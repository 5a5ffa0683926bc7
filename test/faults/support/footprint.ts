import { resolve } from 'node:path';
import { until } from '../../support/api.js';
import { openSockets } from '../../support/process-metrics.js';
import { scrapeMetrics } from '../../support/scraped-metrics.js';
import { CHECKOUT } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';

/** Resources that a service holds at one moment. */
export interface Footprint {
  /** Connections of each pool by db_id: in use, and in total. */
  readonly pools: ReadonlyMap<string, { readonly used: number; readonly all: number }>;
  /** Requests of all pools that wait for a connection. */
  readonly pending: number;
  /** Open sockets that do not belong to a pool. */
  readonly otherSockets: number;
  /** Size of the objects and buffers that remain after a garbage collection. */
  readonly liveMegabytes: number;
}

/** Counts the service's connections by db_id as the database servers see them. */
type CountBackends = () => Promise<ReadonlyMap<string, number>>;

/** Environment of a service whose footprint is measured. */
export const COLLECTS_ON_SIGNAL = {
  NODE_OPTIONS: `--import ${resolve(CHECKOUT, 'test/faults/support/gc-on-signal.ts')}`,
};

const SETTLE_MS = scaled(20_000);
/** Growth allowed for caches and compiled code, in megabytes. Both grow with the variety of the requests. */
const LIVE_SLACK_MB = 16;
/** Number of additional sockets allowed: the connection that scrapes the metrics, and connections that are closing. */
const SOCKET_SLACK = 4;

const COLLECTIONS = 'nodejs_gc_duration_seconds_count{kind="major"}';
const CONNECTIONS = /^db_client_connection_count\{db_id="(.*)",state="(\w+)"\}$/;

/** Measures an idle service that was started with `COLLECTS_ON_SIGNAL`. */
export async function footprintOf(service: { baseUrl: string; pid: number }): Promise<Footprint> {
  const metrics = await metricsAfterCollection(service);
  const pools = new Map<string, { used: number; all: number }>();
  let pending = 0;
  for (const [series, value] of metrics) {
    if (series.startsWith('db_client_connection_pending_requests{')) pending += value;
    const [, id = '', state] = CONNECTIONS.exec(series) ?? [];
    if (state === undefined) continue;
    const { used, all } = pools.get(id) ?? { used: 0, all: 0 };
    pools.set(id, { used: used + (state === 'used' ? value : 0), all: all + value });
  }
  const pooled = [...pools.values()].reduce((sum, { all }) => sum + all, 0);
  return { pools, pending, otherSockets: openSockets(service.pid) - pooled, liveMegabytes: liveMegabytes(metrics) };
}

async function metricsAfterCollection(service: { baseUrl: string; pid: number }): Promise<ReadonlyMap<string, number>> {
  // A keep-alive connection would count as an additional socket.
  const ask = () => scrapeMetrics(service, { connection: 'close' });
  const collections = (await ask()).get(COLLECTIONS) ?? 0;
  let metrics = await ask();
  await until(async () => {
    // Repeated: Node does not report a collection that happens before its observer is ready.
    process.kill(service.pid, 'SIGUSR2');
    metrics = await ask();
    return (metrics.get(COLLECTIONS) ?? 0) > collections;
  });
  return metrics;
}

function liveMegabytes(metrics: ReadonlyMap<string, number>): number {
  const series = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'];
  return series.reduce((sum, name) => sum + (metrics.get(name) ?? 0), 0) / 2 ** 20;
}

/**
 * Waits until a service holds no more than before: no connection in use, no request waiting, as many connections on
 * each database server as in its pool, no additional sockets or memory.
 *
 * @returns a message for each resource that is still held after the timeout
 */
export async function leaksSince(
  before: Footprint,
  service: { baseUrl: string; pid: number },
  countBackends: CountBackends,
): Promise<string[]> {
  let leaks: string[] = [];
  const settled = async () => {
    leaks = compare(before, await footprintOf(service), await countBackends());
    return leaks.length === 0;
  };
  await until(settled, SETTLE_MS).catch(() => undefined);
  return leaks;
}

function compare(before: Footprint, now: Footprint, backends: ReadonlyMap<string, number>): string[] {
  const leaks: string[] = [];
  for (const [id, { used, all }] of now.pools) {
    if (used > 0) leaks.push(`${used} connections of '${id}' are in use although the service is idle`);
    const counted = backends.get(id) ?? all;
    if (counted !== all) leaks.push(`the server of '${id}' counts ${counted} connections, the pool ${all}`);
  }
  if (now.pending > 0) leaks.push(`${now.pending} requests wait for a connection although the service is idle`);
  if (now.otherSockets > before.otherSockets + SOCKET_SLACK) {
    leaks.push(`${now.otherSockets} sockets are open, ${before.otherSockets} before`);
  }
  if (now.liveMegabytes > before.liveMegabytes + LIVE_SLACK_MB) {
    leaks.push(`${now.liveMegabytes.toFixed(0)} MB are live, ${before.liveMegabytes.toFixed(0)} before`);
  }
  return leaks;
}
