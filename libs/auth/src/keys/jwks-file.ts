import { readFileSync } from 'node:fs';
import type { JwtAlgorithm } from './algorithms.js';
import { KeyError } from './key-error.js';
import type { KeySource, VerificationKey } from './key-source.js';
import { parseJwk } from './verification-key.js';

/**
 * The keys of a JWKS file, read once. A token's `kid` chooses; the key without one serves all others.
 *
 * @throws KeyError when there is no usable key
 */
export function jwksFile(path: string, algorithm: JwtAlgorithm): KeySource {
  const named = new Map<string, VerificationKey>();
  let unnamed: VerificationKey | undefined;
  for (const jwk of readJwks(path)) {
    const key = usableKey(jwk, algorithm);
    if (key === undefined) continue;
    if (typeof jwk['kid'] === 'string' && jwk['kid'] !== '') named.set(jwk['kid'], key);
    else unnamed = key;
  }
  if (named.size === 0 && unnamed === undefined)
    throw new KeyError(`must name a JWKS file with a key for ${algorithm}`);
  return {
    keysFor: async (keyId) => {
      const key = named.get(keyId ?? '') ?? unnamed;
      return key === undefined ? [] : [key];
    },
  };
}

function readJwks(path: string): readonly Record<string, unknown>[] {
  try {
    const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { keys?: unknown };
    if (Array.isArray(keys)) return keys.filter((key) => typeof key === 'object' && key !== null);
  } catch {
    // Said below: the reason may quote the file.
  }
  throw new KeyError('must name a readable JWKS file: {"keys": […]}');
}

/** A set may hold keys for other purposes; those are passed over, as AgentOS does. */
function usableKey(jwk: Record<string, unknown>, algorithm: JwtAlgorithm): VerificationKey | undefined {
  try {
    return parseJwk(jwk, algorithm);
  } catch {
    return undefined;
  }
}
