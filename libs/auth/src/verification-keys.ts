import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { isKeyOfPair } from './key-of-pair.js';

/** Supported signature algorithms. `none` must not be added: it would accept unsigned tokens. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'HS256',
  'HS384',
  'HS512',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** True for HMAC, whose key can also sign and is therefore a secret. */
export function isSymmetric(algorithm: JwtAlgorithm): boolean {
  return algorithm.startsWith('HS');
}

/** An unusable key. The message follows the variable's name in a sentence and contains no part of the key. */
export class KeyError extends Error {}

export interface KeySource {
  /** True if any of the keys is an HMAC secret shorter than `MIN_SECRET_BYTES`. */
  readonly hasShortSecret: boolean;
  /** @param keyId the token's `kid` */
  keysFor(keyId: string | undefined): Promise<FoundKeys>;
}

export interface FoundKeys {
  /** The keys to try, in this order. */
  readonly keys: readonly KeyObject[];
  /** False if another key may exist, since the keys could not be fetched: a token that none verifies may be valid. */
  readonly isComplete: boolean;
}

/** Returns the keys of all sources in their order: AgentOS tries the keys of a JWKS before JWT_VERIFICATION_KEY. */
export function combinedKeys(sources: readonly KeySource[]): KeySource {
  return {
    hasShortSecret: sources.some((source) => source.hasShortSecret),
    keysFor: async (keyId) => {
      const found = await Promise.all(sources.map((source) => source.keysFor(keyId)));
      return { keys: found.flatMap(({ keys }) => keys), isComplete: found.every(({ isComplete }) => isComplete) };
    },
  };
}

/** Keys without an id. They are tried for every token. */
export function fixedKeys(keys: readonly KeyObject[]): KeySource {
  return { hasShortSecret: keys.some(isShortSecret), keysFor: async () => ({ keys, isComplete: true }) };
}

/**
 * Minimum length in bytes, from RFC 7518, section 3.2, for HS256. The holder of a token can guess a shorter secret
 * offline.
 */
export const MIN_SECRET_BYTES = 32;

export function isShortSecret({ symmetricKeySize: size }: KeyObject): boolean {
  return size !== undefined && size < MIN_SECRET_BYTES;
}

/**
 * Parses the value of a variable with one or several keys.
 *
 * @throws KeyError if one does not fit the algorithm
 */
export function parseKeys(value: string, algorithm: JwtAlgorithm): readonly KeyObject[] {
  // Checked before the value is split, because each line of a key in base64 or JSON would become a secret of its own.
  if (isSymmetric(algorithm)) requireSecret(value, algorithm);
  return splitKeys(value).map((key) => parseKey(key, algorithm));
}

/**
 * Splits the value of a variable into keys: a JSON array of strings, several PEM blocks, or one secret per line. In PEM
 * blocks an escaped `\n`, which many deployment tools produce, is a line end.
 */
function splitKeys(value: string): readonly string[] {
  const listed = jsonStrings(value);
  if (listed !== undefined) return listed.map(unescapeLineEnds);
  const unescaped = unescapeLineEnds(value);
  const blocks = unescaped.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g);
  if (blocks !== null) return blocks;
  return unescaped
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Undefined for a value that is no JSON list. @throws KeyError for a list with other items than keys */
function jsonStrings(value: string): readonly string[] | undefined {
  const list = jsonList(value);
  if (list === undefined) return undefined;
  const keys = list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
  if (keys.length > 0 && keys.length === list.length) return keys;
  throw new KeyError('must be a JSON list of keys, none of them blank');
}

function jsonList(value: string): readonly unknown[] | undefined {
  if (!value.trimStart().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function unescapeLineEnds(value: string): string {
  return value.includes('-----BEGIN') ? value.replaceAll('\\n', '\n') : value;
}

/** Minimum length of RSA keys in bits (NIST SP 800-131A). */
const MIN_RSA_BITS = 2048;

/** Parses a public key in PEM (RS, PS, ES, EdDSA) or a secret (HS). */
function parseKey(value: string, algorithm: JwtAlgorithm): KeyObject {
  if (isSymmetric(algorithm)) {
    requireSecret(value, algorithm);
    return createSecretKey(value, 'utf8');
  }
  if (/PRIVATE KEY/.test(value)) throw new KeyError('must be a public key: verification needs no private key');
  return requireSuitableKey(parsePublicKey(value), algorithm);
}

function requireSecret(value: string, algorithm: JwtAlgorithm): void {
  if (isKeyOfPair(value)) throw new KeyError(`must be a secret for ${algorithm}, not a key of a key pair`);
}

/** Parses a key of a JWKS. @throws KeyError for a key that does not fit the algorithm, or that serves another purpose */
export function parseJwk(jwk: Readonly<Record<string, unknown>>, algorithm: JwtAlgorithm): KeyObject {
  const { kty, k, use, key_ops: operations } = jwk;
  if ((use ?? 'sig') !== 'sig' || (Array.isArray(operations) && !operations.includes('verify'))) {
    throw new KeyError('has a key for another purpose than signatures');
  }
  if (isSymmetric(algorithm)) {
    const secret = Buffer.from(kty === 'oct' && typeof k === 'string' ? k : '', 'base64url');
    // Any client can sign tokens with an empty secret.
    if (secret.length === 0) throw new KeyError(`has no key for ${algorithm}`);
    return createSecretKey(secret);
  }
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm)
    throw new KeyError(`has a key for ${jwk['alg']}, not for ${algorithm}`);
  try {
    return requireSuitableKey(createPublicKey({ key: jwk, format: 'jwk' }), algorithm);
  } catch (error) {
    throw error instanceof KeyError ? error : new KeyError('has a key that cannot be read');
  }
}

function parsePublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new KeyError('must be a public key in PEM (-----BEGIN PUBLIC KEY-----)');
  }
}

function requireSuitableKey(key: KeyObject, algorithm: JwtAlgorithm): KeyObject {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const family = algorithm.slice(0, 2);
  const fits =
    family === 'RS' || family === 'PS'
      ? type === 'rsa' || (family === 'PS' && type === 'rsa-pss')
      : family === 'ES'
        ? type === 'ec' && details?.namedCurve === CURVES.get(algorithm)
        : type === 'ed25519';
  if (!fits) throw new KeyError(`must be a key for ${algorithm}`);
  if ((details?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS) {
    throw new KeyError(`must be an RSA key of at least ${MIN_RSA_BITS} bits`);
  }
  return key;
}

const CURVES = new Map([
  ['ES256', 'prime256v1'],
  ['ES384', 'secp384r1'],
  ['ES512', 'secp521r1'],
]);
