import type { Difference } from './difference.js';
import { type JsonNode, printJson } from './json.js';
import { isMask, matchesMask, type Period } from './mask.js';

const NO_VALUE = '(nothing)';

/**
 * What is different in `actual`, depth first. Order of keys counts; integers are compared digit by digit, other numbers
 * by their value as doubles, and 1 is not 1.0. Generated values of `actual` must have been made within `made`.
 */
export function jsonDifferences(expected: JsonNode, actual: JsonNode, made: Period, path = '$'): Difference[] {
  if (isMask(expected) && expected.kind === 'string') {
    return matchesMask(expected.value, actual, made) ? [] : [differenceAt(path, expected, actual)];
  }
  if (expected.kind === 'object' && actual.kind === 'object') return objectDifferences(expected, actual, made, path);
  if (expected.kind === 'array' && actual.kind === 'array') {
    const length = Math.max(expected.items.length, actual.items.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) => {
      return memberDifferences(expected.items[at], actual.items[at], made, `${path}[${at}]`);
    });
  }
  return areEqualLeaves(expected, actual) ? [] : [differenceAt(path, expected, actual)];
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

function objectDifferences(expected: ObjectNode, actual: ObjectNode, made: Period, path: string): Difference[] {
  const theirs = new Map(expected.members);
  const ours = new Map(actual.members);
  const keys = new Set([...theirs.keys(), ...ours.keys()]);
  const found = [...keys].flatMap((key) => memberDifferences(theirs.get(key), ours.get(key), made, `${path}.${key}`));
  if (found.length > 0) return found;
  const [first, second] = [expected, actual].map((node) => node.members.map(([key]) => key).join(', '));
  return first === second ? [] : [{ path: `${path} (order of keys)`, expected: first ?? '', actual: second ?? '' }];
}

function memberDifferences(
  expected: JsonNode | undefined,
  actual: JsonNode | undefined,
  made: Period,
  path: string,
): Difference[] {
  if (expected === undefined || actual === undefined) return [differenceAt(path, expected, actual)];
  return jsonDifferences(expected, actual, made, path);
}

function areEqualLeaves(expected: JsonNode, actual: JsonNode): boolean {
  if (expected.kind === 'number' && actual.kind === 'number') return areEqualNumbers(expected.text, actual.text);
  return expected.kind === actual.kind && printJson(expected) === printJson(actual);
}

function areEqualNumbers(expected: string, actual: string): boolean {
  const [first, second] = [isInteger(expected), isInteger(actual)];
  if (first || second) return first && second && expected === actual;
  return Number(expected) === Number(actual);
}

function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function differenceAt(path: string, expected: JsonNode | undefined, actual: JsonNode | undefined): Difference {
  const show = (node: JsonNode | undefined) => (node === undefined ? NO_VALUE : printJson(node));
  return { path, expected: show(expected), actual: show(actual) };
}
