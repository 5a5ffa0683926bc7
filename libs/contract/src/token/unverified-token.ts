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

/** Where a token is looked for. */
export const TOKEN_SOURCES = ['header', 'cookie', 'both'] as const;
export type TokenSource = (typeof TOKEN_SOURCES)[number];

/** The token of an `Authorization` header: after `Bearer ` in any case, or bare; undefined when there is none. */
export function headerToken(authorization: string | undefined): string | undefined {
  const token = authorization?.replace(/^bearer /i, '').trim();
  return token || undefined;
}

/** The token that a cookie of this name carries. */
export function cookieToken(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return unquoteCookieValue(pair.slice(equals + 1)) || undefined;
  }
  return undefined;
}

/** What a 401 says when no token was sent: each way of taking tokens has its own words. */
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

/** A JSON Web Token in compact form, taken apart. Nothing in it is to be believed before its signature is verified. */
export interface UnverifiedToken {
  readonly keyId: string | undefined;
  readonly payload: Uint8Array;
  /** The segments as they were sent: the signature is over the first two. */
  readonly segments: { readonly header: string; readonly payload: string; readonly signature: string };
}

/**
 * Takes a token apart and checks its header, as PyJWT does before it verifies. The algorithm is pinned: what the token
 * says of it can only agree.
 *
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

/** Base64url without padding, or with as much as makes whole groups; every bit must count. */
function segmentBytes(name: 'header' | 'payload' | 'crypto', segment: string): Uint8Array {
  const bare = segment.replace(/={1,2}$/, '');
  const bytes = Buffer.from(bare, 'base64url');
  const isWhole = bare === segment || segment.length % 4 === 0;
  if (!isWhole || bytes.toString('base64url') !== bare) throw invalidToken(`Invalid ${name} padding`);
  return bytes;
}

function keyIdOf(header: ReadonlyMap<string, RawJson>): string | undefined {
  const keyId = header.get('kid');
  if (keyId === undefined) return undefined;
  const text = stringOf(keyId);
  if (text === undefined) throw invalidToken('Key ID header parameter must be a string');
  return text;
}

/** Extensions that a token declares critical must be understood; the only one known is `b64`. */
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

/** A payload that is not in the token, which nothing here could supply. */
function detachedPayload(header: ReadonlyMap<string, RawJson>) {
  return header.has('crit')
    ? invalidToken(
        'It is required that you pass in a value for the "detached_payload" argument to decode a message having the b64 header set to false.',
      )
    : invalidToken("The 'b64' header parameter requires 'b64' to be listed in 'crit'.");
}

function checkAlgorithm(given: RawJson | undefined, wanted: string): void {
  if (given === undefined) throw invalidToken('Algorithm not specified');
  if (stringOf(given) !== wanted) throw invalidToken('The specified alg value is not allowed');
}

/**
 * Reads the header or the payload of a token.
 *
 * @throws HttpProblem 401 with what Python's reader says of bytes that are not a JSON object
 */
export function readTokenJson(part: 'header' | 'payload', bytes: Uint8Array): ReadonlyMap<string, RawJson> {
  const unreadable = (reason: string): HttpProblem => invalidToken(`Invalid ${part} string: ${reason}`);
  try {
    // A token is no longer than the head of a request.
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

/** `str(JSONDecodeError)`. */
function pythonErrorMessage({ reason, position }: JsonSyntaxError, text: string): string {
  const before = Array.from(text).slice(0, position);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = position - before.lastIndexOf('\n');
  return `${reason}: line ${line} column ${column} (char ${position})`;
}

/**
 * What Python's UTF-8 codec says of the first bytes that are not UTF-8; undefined when all are. Encoded surrogates count
 * as characters, as they do in `json.loads`.
 */
export function utf8DecodeError(bytes: Uint8Array): string | undefined {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    if (length === 0) return decodeErrorMessage(bytes, at, at + 1, 'invalid start byte');
    for (let next = 1; next < length; next++) {
      if (at + next >= bytes.length) return decodeErrorMessage(bytes, at, bytes.length, 'unexpected end of data');
      if (!isContinuationByte(bytes, at, next))
        return decodeErrorMessage(bytes, at, at + next, 'invalid continuation byte');
    }
    at += length;
  }
  return undefined;
}

/** How many bytes a character has that begins with this one; 0 when none begins so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** Whether the byte can stand where it stands: the second one also rules out overlong forms and what is beyond U+10FFFF. */
function isContinuationByte(bytes: Uint8Array, start: number, next: number): boolean {
  const first = bytes[start] ?? 0;
  const byte = bytes[start + next] ?? 0;
  const least = next === 1 ? (MIN_SECOND_BYTE.get(first) ?? 0x80) : 0x80;
  const most = next === 1 && first === 0xf4 ? 0x8f : 0xbf;
  return byte >= least && byte <= most;
}

const MIN_SECOND_BYTE = new Map([
  [0xe0, 0xa0],
  [0xf0, 0x90],
]);

function decodeErrorMessage(bytes: Uint8Array, start: number, end: number, reason: string): string {
  const first = (bytes[start] ?? 0).toString(16).padStart(2, '0');
  const place = end - start === 1 ? `byte 0x${first} in position ${start}` : `bytes in position ${start}-${end - 1}`;
  return `'utf-8' codec can't decode ${place}: ${reason}`;
}
