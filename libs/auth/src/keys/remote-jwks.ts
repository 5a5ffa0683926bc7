import { problem } from '@agno/contract';
import { Logger } from '@nestjs/common';
import { createRemoteJWKSet, errors } from 'jose';
import type { JwtAlgorithm } from './algorithms.js';
import type { KeySource, VerificationKey } from './key-source.js';

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
