import type { KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';

export type VerificationKey = KeyObject | CryptoKey;

/** Where the keys come from that a token may have been signed with. */
export interface KeySource {
  /**
   * The keys to try, in that order; none when nothing fits.
   *
   * @throws HttpProblem 503 while they cannot be had
   */
  keysFor(keyId: string | undefined): Promise<readonly VerificationKey[]>;
}

/** Several sources, one after the other: AgentOS tries the keys of a JWKS before those it was given by themselves. */
export function combinedKeys(sources: readonly KeySource[]): KeySource {
  return {
    keysFor: async (keyId) => (await Promise.all(sources.map((source) => source.keysFor(keyId)))).flat(),
  };
}

/** Keys without a name: each may have signed any token. */
export function fixedKeys(keys: readonly VerificationKey[]): KeySource {
  return { keysFor: async () => keys };
}
