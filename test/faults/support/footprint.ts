import { until } from '../../support/api.js';
import { openSocketsOf, residentMegabytes } from '../../support/process-figures.js';
import { scaled } from '../../support/time-scale.js';

/** What a service holds at a moment. */
export interface Footprint {
  /** Connections of each pool by db_id: lent out, and in all. */
  readonly pools: ReadonlyMap<string, { readonly used: number; readonly all: number }>;
  /** Requests that wait for a connection, of all pools. */
  readonly pending: number;
  /** Open sockets that are no connections of a pool. */
  readonly otherSockets: number;
  readonly megabytes: number;
}

/** A database server's own count of the service's connections by db_id. */
export type BackendCount = () => Promise<ReadonlyMap<string, number>>;

const SETTLE_MS = scaled(20_000);
/** The heap grows while it is not short of room. */
const MEMORY_FACTOR = 1.5;
const MEMORY_SLACK_MB = 96;
/** The connection that asks for the figures, and one that is just being closed. */
const SOCKET_SLACK = 4;

/** To be asked of a service at rest. */
export async function footprintOf(service: { baseUrl: string; pid: number }): Promise<Footprint> {
  const text = await (await fetch(`${service.baseUrl}/metrics`, { headers: { connection: 'close' } })).text();
  const pools = new Map<string, { used: number; all: number }>();
  for (const [, id = '', state, value] of text.matchAll(
    /^db_client_connection_count\{db_id="(.*)",state="(\w+)"\} (\d+)/gm,
  )) {
    const { used, all } = pools.get(id) ?? { used: 0, all: 0 };
    pools.set(id, { used: used + (state === 'used' ? Number(value) : 0), all: all + Number(value) });
  }
  const pending = [...text.matchAll(/^db_client_connection_pending_requests\{.*\} (\d+)/gm)];
  const pooled = [...pools.values()].reduce((sum, { all }) => sum + all, 0);
  return {
    pools,
    pending: pending.reduce((sum, [, value]) => sum + Number(value), 0),
    otherSockets: openSocketsOf(service.pid) - pooled,
    megabytes: residentMegabytes(service.pid),
  };
}

/**
 * Waits until a service holds no more than before: no connection lent out, nobody waiting, each database server counting
 * the connections that the pool counts, no sockets nor memory left over.
 *
 * @returns a sentence for each thing that it still holds after a while
 */
export async function leaksSince(
  before: Footprint,
  service: { baseUrl: string; pid: number },
  countBackends: BackendCount,
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
    if (used > 0) leaks.push(`${used} connections of '${id}' are lent out at rest`);
    const counted = backends.get(id) ?? all;
    if (counted !== all) leaks.push(`the server of '${id}' counts ${counted} connections, the pool ${all}`);
  }
  if (now.pending > 0) leaks.push(`${now.pending} requests wait for a connection at rest`);
  if (now.otherSockets > before.otherSockets + SOCKET_SLACK) {
    leaks.push(`${now.otherSockets} sockets are open, ${before.otherSockets} before`);
  }
  if (now.megabytes > before.megabytes * MEMORY_FACTOR + MEMORY_SLACK_MB) {
    leaks.push(`${now.megabytes.toFixed(0)} MB are resident, ${before.megabytes.toFixed(0)} before`);
  }
  return leaks;
}
