import { hash } from 'node:crypto';
import { LruMap } from '@agno/storage';
import type { Identity } from './identity.js';

const MAX_IDENTITIES = 2048;

/** Identities verified a moment ago, by the digest of their token: the token itself is never kept. */
export class IdentityCache {
  private readonly entries = new LruMap<{ readonly identity: Identity; readonly staleAt: number }>(MAX_IDENTITIES);

  /** @param maxAgeMs how long an identity is believed, however long its token lives */
  constructor(private readonly maxAgeMs: number) {}

  /** The identity, unless it has expired or was verified too long ago. @param now milliseconds since 1970 */
  get(digest: string, now: number): Identity | undefined {
    const entry = this.entries.get(digest);
    if (entry === undefined || entry.staleAt <= now) return undefined;
    return (entry.identity.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 > now ? entry.identity : undefined;
  }

  set(digest: string, identity: Identity, now: number): void {
    this.entries.set(digest, { identity, staleAt: now + this.maxAgeMs });
  }
}

/** SHA-256, hexadecimal: how AgentOS stores the tokens of service accounts. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'hex');
}
