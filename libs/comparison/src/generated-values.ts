import { createHash } from 'node:crypto';
import { type JsonNode, mapLeaves, parseJson } from './json-tree.js';

/** A difference at one path of a response. Values are JSON text, or `(nothing)` for a missing value. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Masks replace the values in the oracle's response that are generated anew for each response. A mask defines which
 * values of our service match.
 */
export const MASKS = {
  /** Matches any version 4 UUID that is not an id of the seeded data. */
  uuid: '«uuid»',
  /** Matches the time of the compared request as a number of seconds since 1970. */
  nowSeconds: '«now, seconds»',
  /** Matches the time of the compared request as an ISO 8601 date in UTC. */
  nowIso: '«now, ISO»',
  /** Matches any ISO 8601 date in UTC, for example the start of a process. */
  anyIso: '«any ISO date»',
  /** Matches any error message of a database driver, which quotes SQL with generated values. */
  driverText: '«driver text»',
  /** Matches any value. Only used in expectations written by hand. */
  anything: '«anything»',
} as const;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SEEDED_UUID = /^5eed/;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const DRIVER_TEXT = /^Failed to create session: /;
/** Tolerance for generated times: many are truncated to whole seconds, and the clocks of two hosts differ. */
const TOLERANCE_SECONDS = 6;

/** Longer strings are recorded and compared as a hash, which keeps the recordings readable. */
const MAX_UNHASHED_LENGTH = 600;
const HASHED_STRING = /^«text of \d+ characters, sha256 [0-9a-f]{64}»$/;

/** The time from sending a request to the last byte of its response, in seconds since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Replaces ids, times within the period and driver messages by masks, and long strings by their hash. */
export function maskGeneratedValues(node: JsonNode, period: Period): JsonNode {
  return mapLeaves(node, (leaf) => {
    for (const name of [MASKS.uuid, MASKS.nowSeconds, MASKS.nowIso, MASKS.driverText]) {
      if (matchesMask(name, leaf, period)) return { kind: 'string', value: name };
    }
    return leaf.kind === 'string' ? { kind: 'string', value: hashIfLong(leaf.value) } : leaf;
  });
}

/** Replaces a long string by its length and hash. */
export function hashIfLong(value: string): string {
  if (value.length <= MAX_UNHASHED_LENGTH) return value;
  return `«text of ${value.length} characters, sha256 ${createHash('sha256').update(value).digest('hex')}»`;
}

/** True for a mask and for the hash of a long string. */
export function isMask(node: JsonNode): node is Extract<JsonNode, { kind: 'string' }> {
  if (node.kind !== 'string') return false;
  return (Object.values(MASKS) as string[]).includes(node.value) || HASHED_STRING.test(node.value);
}

/** True when a value matches a mask or hash. The time of a request must lie within the period. */
export function matchesMask(name: string, leaf: JsonNode, period: Period): boolean {
  switch (name) {
    case MASKS.uuid:
      return isGeneratedId(leaf);
    case MASKS.nowSeconds:
      return leaf.kind === 'number' && isWithin(secondsOf(leaf), period);
    case MASKS.nowIso:
      return leaf.kind === 'string' && isWithin(secondsOf(leaf), period);
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

/** True when both values are random version 4 UUIDs, not ids of the seeded data. */
export function areGeneratedIds({ expected, actual }: Difference): boolean {
  return [expected, actual].every((value) => isGeneratedId(parseLeaf(value)));
}

/** True when both values are times not before `since` (seconds since 1970) and at most the tolerance apart. */
export function areGeneratedTimes({ expected, actual }: Difference, since: number): boolean {
  const [first, second] = [secondsOf(parseLeaf(expected)), secondsOf(parseLeaf(actual))];
  return first >= since && second >= since && Math.abs(first - second) <= TOLERANCE_SECONDS;
}

/**
 * True for a difference in the time of a message that has no stored time: AgentOS returns the current time, the service
 * the time of the run.
 *
 * @param since earliest time that counts as AgentOS's current time, in seconds since 1970
 */
export function isDerivedMessageTime({ path, expected, actual }: Difference, since: number): boolean {
  if (!/\.chat_history\[\d+\]\.created_at$/.test(path)) return false;
  const leaf = parseLeaf(expected);
  const isNow = leaf.kind === 'string' ? leaf.value === MASKS.nowSeconds : secondsOf(leaf) >= since;
  return isNow && parseLeaf(actual).kind === 'number';
}

/** Parses a value of a difference. Placeholders for missing values are not JSON and become strings. */
function parseLeaf(value: string): JsonNode {
  try {
    return parseJson(value);
  } catch {
    return { kind: 'string', value };
  }
}

/** The time in seconds since 1970; NaN for other values. */
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
