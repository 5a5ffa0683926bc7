import { createHash } from 'node:crypto';
import { type JsonNode, mapLeaves, parseJson } from './json-tree.js';

/** One place where an answer is not what it should be. Values are JSON text; `(nothing)` where there is none. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Values that are made while a request is answered cannot be compared as they are. In the oracle's answer they are
 * replaced by a mask that says what ours has to be instead.
 */
export const MASKS = {
  /** Any version 4 uuid that was not there before. */
  uuid: '«uuid»',
  /** Seconds since 1970, at the time of the request. */
  nowSeconds: '«now, seconds»',
  /** An ISO 8601 date in UTC at the time of the request. */
  nowIso: '«now, ISO»',
  /** A date without the bound to the time of the request (when a process was started). */
  anyIso: '«any ISO date»',
  /** What a driver said: it quotes SQL with its values, which change from time to time. */
  driverText: '«driver text»',
  /** Anything at all. Only for expectations written by hand. */
  anything: '«anything»',
} as const;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SEEDED_UUID = /^5eed/;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const DRIVER_TEXT = /^Failed to create session: /;
/** Generated times are often truncated to whole seconds, and the clocks of two hosts differ. */
const TOLERANCE_SECONDS = 6;

/** Longer texts are compared by their hash, which keeps the recordings readable. */
const MAX_UNHASHED_LENGTH = 600;
const HASHED_STRING = /^«text of \d+ characters, sha256 [0-9a-f]{64}»$/;

/** From the request to the last byte of the response, in seconds since 1970. Longer on slow machines. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Masks the generated values of a response that fit the period in which they were made. */
export function maskGeneratedValues(node: JsonNode, made: Period): JsonNode {
  return mapLeaves(node, (leaf) => {
    for (const name of [MASKS.uuid, MASKS.nowSeconds, MASKS.nowIso, MASKS.driverText]) {
      if (matchesMask(name, leaf, made)) return { kind: 'string', value: name };
    }
    return leaf.kind === 'string' ? { kind: 'string', value: hashIfLong(leaf.value) } : leaf;
  });
}

/** A long text as its length and hash; others as they are. */
export function hashIfLong(text: string): string {
  if (text.length <= MAX_UNHASHED_LENGTH) return text;
  return `«text of ${text.length} characters, sha256 ${createHash('sha256').update(text).digest('hex')}»`;
}

/** True when a string of an expectation is a mask. */
export function isMask(node: JsonNode): boolean {
  if (node.kind !== 'string') return false;
  return (Object.values(MASKS) as string[]).includes(node.value) || HASHED_STRING.test(node.value);
}

/** True when a value fits a mask; a generated time must also lie in the period. */
export function matchesMask(name: string, leaf: JsonNode, made: Period): boolean {
  switch (name) {
    case MASKS.uuid:
      return isGeneratedId(leaf);
    case MASKS.nowSeconds:
      return leaf.kind === 'number' && /^\d+$/.test(leaf.text) && isWithin(Number(leaf.text), made);
    case MASKS.nowIso:
      return leaf.kind === 'string' && ISO_UTC.test(leaf.value) && isWithin(Date.parse(leaf.value) / 1000, made);
    case MASKS.anyIso:
      return leaf.kind === 'string' && ISO_UTC.test(leaf.value);
    case MASKS.driverText:
      return leaf.kind === 'string' && DRIVER_TEXT.test(leaf.value);
    case MASKS.anything:
      return true;
    default:
      return leaf.kind === 'string' && hashIfLong(leaf.value) === name;
  }
}

/** True when each side has made an id of its own at this place. */
export function areGeneratedIds({ expected, actual }: Difference): boolean {
  return [expected, actual].every((text) => isGeneratedId(parseLeaf(text)));
}

/** True when each side has put down its own time at this place: from `since` (seconds since 1970) on, and close together. */
export function areGeneratedTimes({ expected, actual }: Difference, since: number): boolean {
  const [first, second] = [secondsOf(parseLeaf(expected)), secondsOf(parseLeaf(actual))];
  return first >= since && second >= since && Math.abs(first - second) <= TOLERANCE_SECONDS;
}

/**
 * True for the time of a message that has none in storage: AgentOS puts the present one, the service that of the run.
 *
 * @param since seconds since 1970; AgentOS' time is not before
 */
export function isDerivedMessageTime({ path, expected, actual }: Difference, since: number): boolean {
  if (!/\.chat_history\[\d+\]\.created_at$/.test(path)) return false;
  const theirs = parseLeaf(expected);
  const isNow = theirs.kind === 'string' ? theirs.value === MASKS.nowSeconds : secondsOf(theirs) >= since;
  return isNow && parseLeaf(actual).kind === 'number';
}

/** Values of a difference are JSON text, unless they are none: then they are no ids and no times. */
function parseLeaf(text: string): JsonNode {
  try {
    return parseJson(text);
  } catch {
    return { kind: 'string', value: text };
  }
}

/** NaN for what is no time. */
function secondsOf(leaf: JsonNode): number {
  if (leaf.kind === 'number' && /^\d+$/.test(leaf.text)) return Number(leaf.text);
  return leaf.kind === 'string' && ISO_UTC.test(leaf.value) ? Date.parse(leaf.value) / 1000 : Number.NaN;
}

function isGeneratedId(leaf: JsonNode): boolean {
  return leaf.kind === 'string' && UUID_V4.test(leaf.value) && !SEEDED_UUID.test(leaf.value);
}

function isWithin(seconds: number, { from, to }: Period): boolean {
  return seconds >= from - TOLERANCE_SECONDS && seconds <= to + TOLERANCE_SECONDS;
}
