import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';

/** The algorithms a token may be signed with. `none` is no algorithm. */
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

/** HMAC: whoever can verify can sign, so the key is a secret. */
export function isSymmetric(algorithm: JwtAlgorithm): boolean {
  return algorithm.startsWith('HS');
}

/** A key that cannot serve. The message completes "NAME …" and holds nothing of the key. */
export class KeyError extends Error {}

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

/**
 * The keys of one variable: a JSON array of texts, several PEM blocks, or one secret a line. `\n` written out in a PEM, as
 * many deployment tools leave it, is a line end.
 */
export function splitKeys(value: string): readonly string[] {
  const listed = jsonStrings(value);
  if (listed !== undefined) return listed.map(unescapeLineEnds);
  const text = unescapeLineEnds(value);
  const blocks = text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g);
  if (blocks !== null) return blocks;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function jsonStrings(value: string): readonly string[] | undefined {
  if (!value.trimStart().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== '')
      ? list
      : undefined;
  } catch {
    return undefined;
  }
}

function unescapeLineEnds(text: string): string {
  return text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : text;
}

/** The shortest RSA key that may verify; shorter ones can be broken. In bits. */
const MIN_RSA_BITS = 2048;

/**
 * A key from its text: a public key in PEM for RS, PS, ES and EdDSA, else the secret itself.
 *
 * @throws KeyError for a key that does not fit the algorithm. A public key as an HMAC secret is the classic one: everybody
 * has it, so everybody could sign.
 */
export function parseKey(text: string, algorithm: JwtAlgorithm): KeyObject {
  if (isSymmetric(algorithm)) {
    if (/-----BEGIN|^ssh-/.test(text)) throw new KeyError(`must be a secret for ${algorithm}, not a key pair's half`);
    return createSecretKey(text, 'utf8');
  }
  if (/PRIVATE KEY/.test(text)) throw new KeyError('must be a public key: a verifier needs no private one');
  return requireSuitableKey(parsePublicKey(text), algorithm);
}

/**
 * A key of a JWKS.
 *
 * @throws KeyError
 */
export function parseJwk(jwk: Readonly<Record<string, unknown>>, algorithm: JwtAlgorithm): KeyObject {
  if (isSymmetric(algorithm)) {
    if (jwk['kty'] !== 'oct' || typeof jwk['k'] !== 'string') throw new KeyError(`has no key for ${algorithm}`);
    return createSecretKey(jwk['k'], 'base64url');
  }
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) throw new KeyError(`has a key for another algorithm`);
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
