import type { PoolClient } from 'pg';
import { destroyConnection } from './cut-connection.js';
import { TextQuery } from './text-query.js';

/** A connection that was used less long ago is believed to be alive, in milliseconds. */
const VALIDATE_AFTER_MS = 1_000;
/** How long a connection may take to show that it is alive, in milliseconds. */
const VALIDATION_TIMEOUT_MS = 1_000;

/**
 * Tells connections that died while they rested in the pool: firewalls and fail-overs forget connections without a word,
 * and a request on one of them would wait for its whole deadline.
 */
export class IdleConnectionCheck {
  private readonly usedAt = new WeakMap<PoolClient, number>();
  /** Connections that were not heard from since are as dead as the one that was found dead then. */
  private deadBefore = 0;

  /** The server has answered on this connection. */
  markUsed(client: PoolClient): void {
    this.usedAt.set(client, performance.now());
  }

  /** Whether a connection from the pool can be used; one that cannot is cut. Asks the server only after a rest. */
  async validate(client: PoolClient): Promise<boolean> {
    const now = performance.now();
    const heard = this.usedAt.get(client) ?? now;
    if (heard >= this.deadBefore && (now - heard < VALIDATE_AFTER_MS || (await responds(client)))) return true;
    this.deadBefore = Math.max(this.deadBefore, now - VALIDATE_AFTER_MS);
    destroyConnection(client);
    return false;
  }
}

async function responds(client: PoolClient): Promise<boolean> {
  const outOfPatience = setTimeout(() => destroyConnection(client), VALIDATION_TIMEOUT_MS);
  try {
    await client.query(new TextQuery(PING, [], false, () => undefined)).rows;
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(outOfPatience);
  }
}

const PING = { name: 'nothing', text: 'SELECT 1' };
