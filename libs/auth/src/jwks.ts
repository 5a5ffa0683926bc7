import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { problem } from '@session-service/contract';
import { createRemoteJWKSet, errors } from 'jose';
import {
  isShortSecret,
  type JwtAlgorithm,
  KeyError,
  type KeySource,
  parseJwk,
  type VerificationKey,
} from './verification-keys.js';

/**
 * The keys of a JWKS file, which is read once. A token's `kid` selects the key. A key without `kid` verifies all tokens
 * whose `kid` is missing or unknown.
 *
 * @throws KeyError if the file has no usable key
 */
export function jwksFile(path: string, algorithm: JwtAlgorithm): KeySource {
  const named = new Map<string, KeyObject>();
  let unnamed: KeyObject | undefined;
  for (const jwk of readJwks(path)) {
    const key = usableKey(jwk, algorithm);
    if (key === undefined) continue;
    if (typeof jwk['kid'] === 'string' && jwk['kid'] !== '') named.set(jwk['kid'], key);
    else unnamed = key;
  }
  if (named.size === 0 && unnamed === undefined)
    throw new KeyError(`must name a JWKS file with a key for ${algorithm}`);
  return {
    hasShortSecret: [...named.values(), ...(unnamed === undefined ? [] : [unnamed])].some(isShortSecret),
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
    // Reported below without the reason, which may quote the file.
  }
  throw new KeyError('must name a readable JWKS file: {"keys": […]}');
}

/** Returns undefined for an unusable key: like AgentOS, the service ignores keys for other purposes. */
function usableKey(jwk: Record<string, unknown>, algorithm: JwtAlgorithm): KeyObject | undefined {
  try {
    return parseJwk(jwk, algorithm);
  } catch {
    return undefined;
  }
}

const TIMEOUT_MS = 5_000;
/** Time in milliseconds after which a key set is fetched again, so that a removed key stops working. */
const MAX_AGE_MS = 10 * 60_000;
/** Minimum milliseconds between fetches for an unknown `kid`, so that clients cannot flood the identity provider. */
const COOLDOWN_MS = 30_000;

/** The keys of an identity provider's JWKS: fetched when needed, cached, and fetched again for an unknown `kid`. */
export function remoteJwks(url: URL, algorithm: JwtAlgorithm): KeySource {
  const logger = new Logger('Auth');
  const find = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
  });
  return {
    hasShortSecret: false,
    keysFor: async (keyId) => {
      try {
        return [await find({ alg: algorithm, ...(keyId === undefined ? {} : { kid: keyId }) })];
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey) return [];
        if (error instanceof errors.JWKSMultipleMatchingKeys) return collectKeys(error);
        logger.warn(`Fetching the JWKS of ${url.origin} failed: ${error instanceof Error ? error.message : error}`);
        throw problem(503, 'Authentication is temporarily unavailable');
      }
    },
  };
}

async function collectKeys(keys: AsyncIterable<VerificationKey>): Promise<readonly VerificationKey[]> {
  const found: VerificationKey[] = [];
  for await (const key of keys) found.push(key);
  return found;
}
