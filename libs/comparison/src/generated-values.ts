import { createHash } from 'node:crypto';
import { type JsonNode, mapLeaves, parseJson } from './json-tree.js';

/** A difference at one path of a response. Values are JSON text, or `(nothing)` for a missing value. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Values that are generated for a response cannot be compared. In the oracle's response they are replaced by masks that
 * define which values of our service match.
 */
export const MASKS = {
  /** Any generated version 4 UUID. */
  uuid: '«uuid»',
  /** The time of the request in seconds since 1970. */
  nowSeconds: '«now, seconds»',
  /** The time of the request as ISO 8601 date in UTC. */
  nowIso: '«now, ISO»',
  /** Any ISO 8601 date in UTC, for example the start of a process. */
  anyIso: '«any ISO date»',
  /** An error message of a database driver, which quotes SQL with generated values. */
  driverText: '«driver text»',
  /** Any value. Only for expectations written by hand. */
  anything: '«anything»',
} as const;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SEEDED_UUID = /^5eed/;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const DRIVER_TEXT = /^Failed to create session: /;
/** Generated times are often truncated to whole seconds, and the clocks of two hosts differ. */
const TOLERANCE_SECONDS = 6;

/** Longer strings are compared by their hash, which keeps the recordings readable. */
const MAX_UNHASHED_LENGTH = 600;
const HASHED_STRING = /^«text of \d+ characters, sha256 [0-9a-f]{64}»$/;

/** From the request to the last byte of the response, in seconds since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Masks generated values whose form and time fit the period of the response. */
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

/** True when a string of an expectation is a mask. */
export function isMask(node: JsonNode): boolean {
  if (node.kind !== 'string') return false;
  return (Object.values(MASKS) as string[]).includes(node.value) || HASHED_STRING.test(node.value);
}

/** True when a value matches a mask. A generated time must also lie within the period. */
export function matchesMask(name: string, leaf: JsonNode, period: Period): boolean {
  switch (name) {
    case MASKS.uuid:
      return isGeneratedId(leaf);
    case MASKS.nowSeconds:
      return leaf.kind === 'number' && /^\d+$/.test(leaf.text) && isWithin(Number(leaf.text), period);
    case MASKS.nowIso:
      return leaf.kind === 'string' && ISO_UTC.test(leaf.value) && isWithin(Date.parse(leaf.value) / 1000, period);
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

/** True when both values are generated ids. */
export function areGeneratedIds({ expected, actual }: Difference): boolean {
  return [expected, actual].every((value) => isGeneratedId(parseLeaf(value)));
}

/** True when both values are generated times: not before `since` (seconds since 1970), and close together. */
export function areGeneratedTimes({ expected, actual }: Difference, since: number): boolean {
  const [first, second] = [secondsOf(parseLeaf(expected)), secondsOf(parseLeaf(actual))];
  return first >= since && second >= since && Math.abs(first - second) <= TOLERANCE_SECONDS;
}

/**
 * True for the time of a message that has no stored time: AgentOS inserts the current time, the service the time of the run.
 *
 * @param since earliest time of AgentOS in seconds since 1970
 */
export function isDerivedMessageTime({ path, expected, actual }: Difference, since: number): boolean {
  if (!/\.chat_history\[\d+\]\.created_at$/.test(path)) return false;
  const expectedLeaf = parseLeaf(expected);
  const isNow =
    expectedLeaf.kind === 'string' ? expectedLeaf.value === MASKS.nowSeconds : secondsOf(expectedLeaf) >= since;
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
