import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { problem } from '@session-service/contract';
import { createRemoteJWKSet, errors } from 'jose';
import { type JwtAlgorithm, KeyError, type KeySource, parseJwk, type VerificationKey } from './verification-keys.js';

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

const TIMEOUT_MS = 5_000;
/** A set is asked for again after this, so that a key taken out of it is refused in time. */
const MAX_AGE_MS = 10 * 60_000;
/** An unknown `kid` asks for the set again at most this often, so that nobody can make us flood its server. */
const COOLDOWN_MS = 30_000;

/** The keys of a JWKS that an identity provider serves: fetched when needed, kept, and fetched again when it rotates. */
export function remoteJwks(url: URL, algorithm: JwtAlgorithm): KeySource {
  const logger = new Logger('Auth');
  const find = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
  });
  return {
    keysFor: async (keyId) => {
      try {
        return [await find({ alg: algorithm, ...(keyId === undefined ? {} : { kid: keyId }) })];
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey) return [];
        if (error instanceof errors.JWKSMultipleMatchingKeys) return collectKeys(error);
        logger.warn(`The JWKS of ${url.origin} cannot be had: ${error instanceof Error ? error.message : error}`);
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
