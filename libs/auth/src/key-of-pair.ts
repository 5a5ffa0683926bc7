import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

/**
 * True for a key of a key pair in any usual encoding: PEM, SSH, JWK or key set; DER in base64 or hex, or these texts in
 * base64. Such a value must not be an HMAC secret: a public key is not secret, so any client could sign tokens with it.
 */
export function isKeyOfPair(value: string): boolean {
  const compact = value.replace(/\s/g, '');
  const decoded = [Buffer.from(compact, 'base64'), Buffer.from(compact, 'hex')];
  return isKeyText(value) || decoded.some((bytes) => isKeyText(bytes.toString('latin1')) || isDer(bytes));
}

/** An SSH key decoded from base64 begins with the length of its type name, then the type name. */
const PEM_OR_SSH = /-----BEGIN|^(\0\0\0[\s\S])?(ssh|ecdsa-sha2)-/;

function isKeyText(text: string): boolean {
  return PEM_OR_SSH.test(text) || (text.trimStart().startsWith('{') && hasJwkOfPair(text));
}

function hasJwkOfPair(json: string): boolean {
  try {
    const parsed = JSON.parse(json) as { readonly keys?: unknown };
    return (Array.isArray(parsed.keys) ? parsed.keys : [parsed]).some(isJwkOfPair);
  } catch {
    return false;
  }
}

function isJwkOfPair(jwk: unknown): boolean {
  return typeof jwk === 'object' && jwk !== null && 'kty' in jwk && jwk.kty !== 'oct';
}

function isDer(key: Buffer): boolean {
  return [
    () => createPublicKey({ key, format: 'der', type: 'spki' }),
    () => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key, format: 'der', type: 'sec1' }),
    () => new X509Certificate(key),
  ].some(succeeds);
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
