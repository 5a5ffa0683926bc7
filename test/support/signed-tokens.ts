import { createHash, createHmac, createSign, type KeyObject } from 'node:crypto';

/** The HMAC secret with which tests sign tokens and the service verifies them. */
export const HMAC_SECRET = 'a-secret-of-both-sides-0123456789abcdef';

/** Settings of a service that verifies tokens of `hs256Token`, requires scopes and isolates users. */
export const ISOLATING_SETTINGS = {
  JWT_VERIFICATION_KEY: HMAC_SECRET,
  JWT_ALGORITHM: 'HS256',
  AGNO_AUTHORIZATION: 'true',
  AGNO_USER_ISOLATION: 'true',
};

/** A token signed with HS256. A header or claims given as a string are used unchanged, without JSON encoding. */
export function hs256Token(
  claims: object | string,
  { secret = HMAC_SECRET, header = {} }: { secret?: string; header?: object | string } = {},
): string {
  const input = `${base64UrlJson(typeof header === 'string' ? header : { alg: 'HS256', typ: 'JWT', ...header })}.${base64UrlJson(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** A token signed with RS256. */
export function rs256Token(claims: object, key: KeyObject, header: object = {}): string {
  const input = `${base64UrlJson({ alg: 'RS256', typ: 'JWT', ...header })}.${base64UrlJson(claims)}`;
  return `${input}.${createSign('sha256').update(input).sign(key).toString('base64url')}`;
}

export function base64UrlJson(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** The hash of a service account token, as stored by AgentOS. */
export function accountHash(pat: string): string {
  return createHash('sha256').update(pat).digest('hex');
}

/** The Unix time in whole seconds that is `seconds` from now. */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
