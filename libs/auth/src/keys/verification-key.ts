import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { isSymmetric, type JwtAlgorithm } from './algorithms.js';
import { KeyError } from './key-error.js';

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
