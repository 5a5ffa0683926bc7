import { isEmptyContainer, itemsOf, kindOf, type RawJson, stringOf } from '@agno/json';
import { readTokenJson } from './token-json.js';
import { invalidToken } from './token-problems.js';

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
