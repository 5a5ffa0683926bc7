import {
  isEmptyContainer,
  itemsOf,
  JsonLimitExceeded,
  JsonSyntaxError,
  kindOf,
  membersOf,
  type RawJson,
  readJson,
  runSync,
  stringOf,
} from '@session-service/json';
import { decodeText, InvalidEncoding, MAX_DEPTH, MAX_INTEGER_DIGITS } from '../body.js';
import { type HttpProblem, invalidToken } from '../http-problem.js';

/** Parts of a request that may carry the token. */
export const TOKEN_SOURCES = ['header', 'cookie', 'both'] as const;
export type TokenSource = (typeof TOKEN_SOURCES)[number];

/** The token in an `Authorization` header. The scheme `Bearer`, in any letter case, is optional. */
export function headerToken(authorization: string | undefined): string | undefined {
  const token = authorization?.replace(/^bearer /i, '').trim();
  return token || undefined;
}

/** The token in the cookie called `name`. */
export function cookieToken(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return unquoteCookieValue(pair.slice(equals + 1)) || undefined;
  }
  return undefined;
}

/** AgentOS's message for a request without a token. It depends on the configured source of tokens. */
export function missingTokenMessage(source: TokenSource, cookieName: string): string {
  switch (source) {
    case 'header':
      return 'Authorization header missing';
    case 'cookie':
      return `JWT cookie '${cookieName}' missing`;
    case 'both':
      return `JWT token missing from both Authorization header and '${cookieName}' cookie`;
  }
}

function unquoteCookieValue(value: string): string {
  return value
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}

/** The parts of a JSON Web Token. Do not trust them before the signature is verified. */
export interface UnverifiedToken {
  readonly keyId: string | undefined;
  readonly payload: Uint8Array;
  /** The segments as sent; the signature covers the first two. */
  readonly segments: { readonly header: string; readonly payload: string; readonly signature: string };
}

/**
 * Splits a token and checks its header in PyJWT's order, before the signature is verified.
 *
 * @param algorithm the only accepted `alg`: the token cannot choose another (RFC 8725, section 3.1)
 * @throws HttpProblem 401
 */
export function readToken(token: string, algorithm: string): UnverifiedToken {
  const last = token.lastIndexOf('.');
  const first = token.indexOf('.');
  if (first === last) throw invalidToken('Not enough segments');
  const header = token.slice(0, first);
  const payload = token.slice(first + 1, last);
  const signature = token.slice(last + 1);

  const members = readTokenJson('header', segmentBytes('header', header));
  const isDetached = members.get('b64') === 'false';
  if (isDetached && payload !== '') throw invalidToken("Payload segment must be empty when 'b64' is false.");
  const payloadBytes = segmentBytes('payload', payload);
  segmentBytes('crypto', signature);
  const keyId = keyIdOf(members);
  checkCritical(members);
  if (isDetached) throw detachedPayload(members);
  checkAlgorithm(members.get('alg'), algorithm);
  return { keyId, payload: payloadBytes, segments: { header, payload, signature } };
}

/** Decodes base64url, unpadded or padded to a multiple of four. Unused trailing bits must be zero. */
function segmentBytes(name: 'header' | 'payload' | 'crypto', segment: string): Uint8Array {
  const unpadded = segment.replace(/={1,2}$/, '');
  const bytes = Buffer.from(unpadded, 'base64url');
  const isPaddingValid = unpadded === segment || segment.length % 4 === 0;
  if (!isPaddingValid || bytes.toString('base64url') !== unpadded) throw invalidToken(`Invalid ${name} padding`);
  return bytes;
}

function keyIdOf(header: ReadonlyMap<string, RawJson>): string | undefined {
  const raw = header.get('kid');
  if (raw === undefined) return undefined;
  const keyId = stringOf(raw);
  if (keyId === undefined) throw invalidToken('Key ID header parameter must be a string');
  return keyId;
}

/** Rejects critical extensions other than `b64`, the only one that PyJWT supports (RFC 7515, section 4.1.11). */
function checkCritical(header: ReadonlyMap<string, RawJson>): void {
  const critical = header.get('crit');
  if (critical === undefined) return;
  if (kindOf(critical) !== 'array' || isEmptyContainer(critical)) {
    throw invalidToken("Invalid 'crit' header: must be a non-empty list");
  }
  for (const item of itemsOf(critical)) {
    const extension = stringOf(item);
    if (extension === undefined) throw invalidToken("Invalid 'crit' header: values must be strings");
    if (extension !== 'b64') throw invalidToken(`Unsupported critical extension: ${extension}`);
    if (!header.has(extension)) throw invalidToken(`Critical extension '${extension}' is missing from headers`);
  }
}

/** The 401 for a token with a detached payload (RFC 7797), because an HTTP request cannot supply the payload. */
function detachedPayload(header: ReadonlyMap<string, RawJson>) {
  return header.has('crit')
    ? invalidToken(
        'It is required that you pass in a value for the "detached_payload" argument to decode a message having the b64 header set to false.',
      )
    : invalidToken("The 'b64' header parameter requires 'b64' to be listed in 'crit'.");
}

function checkAlgorithm(actual: RawJson | undefined, expected: string): void {
  if (actual === undefined) throw invalidToken('Algorithm not specified');
  if (stringOf(actual) !== expected) throw invalidToken('The specified alg value is not allowed');
}

/**
 * Parses the header or the payload of a token.
 *
 * @throws HttpProblem 401 with the message of Python's `json.loads` when the bytes are not a JSON object
 */
export function readTokenJson(part: 'header' | 'payload', bytes: Uint8Array): ReadonlyMap<string, RawJson> {
  const unreadable = (reason: string): HttpProblem => invalidToken(`Invalid ${part} string: ${reason}`);
  try {
    // `runSync` is safe here, because Node limits the size of the headers, and with it the length of a token.
    const { root } = runSync(readJson(decodeText(bytes), TOKEN_JSON_LIMITS));
    if (kindOf(root) === 'object') return membersOf(root);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(pythonErrorMessage(error, decodeText(bytes)));
    if (error instanceof InvalidEncoding || error instanceof JsonLimitExceeded)
      throw unreadable(utf8DecodeError(bytes) ?? 'it cannot be read');
    throw error;
  }
  throw unreadable('must be a json object');
}

const TOKEN_JSON_LIMITS = { depth: MAX_DEPTH, digits: MAX_INTEGER_DIGITS, values: Infinity, growth: Infinity };

/** The message of Python's JSONDecodeError, with line and column. */
function pythonErrorMessage({ reason, position }: JsonSyntaxError, json: string): string {
  const before = Array.from(json).slice(0, position);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = position - before.lastIndexOf('\n');
  return `${reason}: line ${line} column ${column} (char ${position})`;
}

/**
 * The message of Python's UnicodeDecodeError for the first invalid UTF-8 sequence; undefined when there is none.
 * Encoded surrogates are valid, as in `json.loads`.
 */
export function utf8DecodeError(bytes: Uint8Array): string | undefined {
  let start = 0;
  while (start < bytes.length) {
    const length = sequenceLength(bytes[start] ?? 0);
    if (length === 0) return decodeErrorMessage(bytes, start, start + 1, 'invalid start byte');
    for (let offset = 1; offset < length; offset++) {
      if (start + offset >= bytes.length)
        return decodeErrorMessage(bytes, start, bytes.length, 'unexpected end of data');
      if (!isContinuationByte(bytes, start, offset))
        return decodeErrorMessage(bytes, start, start + offset, 'invalid continuation byte');
    }
    start += length;
  }
  return undefined;
}

/** The length of the UTF-8 sequence that starts with this byte, or 0 for an invalid start byte. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** The range of the second byte is narrower, to exclude overlong encodings, and code points above U+10FFFF. */
function isContinuationByte(bytes: Uint8Array, start: number, offset: number): boolean {
  const first = bytes[start] ?? 0;
  const byte = bytes[start + offset] ?? 0;
  const min = offset === 1 ? (MIN_SECOND_BYTE.get(first) ?? 0x80) : 0x80;
  const max = offset === 1 && first === 0xf4 ? 0x8f : 0xbf;
  return byte >= min && byte <= max;
}

const MIN_SECOND_BYTE = new Map([
  [0xe0, 0xa0],
  [0xf0, 0x90],
]);

function decodeErrorMessage(bytes: Uint8Array, start: number, end: number, reason: string): string {
  const first = (bytes[start] ?? 0).toString(16).padStart(2, '0');
  const range = end - start === 1 ? `byte 0x${first} in position ${start}` : `bytes in position ${start}-${end - 1}`;
  return `'utf-8' codec can't decode ${range}: ${reason}`;
}
