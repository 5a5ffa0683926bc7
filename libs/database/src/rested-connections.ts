import type { PoolClient } from 'pg';
import { cutConnection } from './cut-connection.js';
import { TextQuery } from './text-query.js';

/** A connection that was used less long ago is believed to be alive, in milliseconds. */
const RESTED_MS = 1_000;
/** How long a connection may take to show that it is alive, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Tells connections that died while they rested in the pool: firewalls and fail-overs forget connections without a word,
 * and a request on one of them would wait for its whole deadline.
 */
export class RestedConnections {
  private readonly heardFrom = new WeakMap<PoolClient, number>();
  /** Connections that were not heard from since are as dead as the one that was found dead then. */
  private deadUntil = 0;

  /** The server has answered on this connection. */
  heard(client: PoolClient): void {
    this.heardFrom.set(client, performance.now());
  }

  /** Whether a connection from the pool can be used; one that cannot is cut. Asks the server only after a rest. */
  async isAlive(client: PoolClient): Promise<boolean> {
    const now = performance.now();
    const heard = this.heardFrom.get(client) ?? now;
    if (heard >= this.deadUntil && (now - heard < RESTED_MS || (await answers(client)))) return true;
    this.deadUntil = Math.max(this.deadUntil, now - RESTED_MS);
    cutConnection(client);
    return false;
  }
}

async function answers(client: PoolClient): Promise<boolean> {
  const outOfPatience = setTimeout(() => cutConnection(client), PATIENCE_MS);
  try {
    await client.query(new TextQuery(NOTHING, [], false, () => undefined)).rows;
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(outOfPatience);
  }
}

const NOTHING = { name: 'nothing', text: 'SELECT 1' };
