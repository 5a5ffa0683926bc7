import type { Difference } from './difference.js';
import { type JsonNode, printJson } from './json.js';
import { fitsMask, isMask, type Period } from './mask.js';

const NOTHING = '(nothing)';

/**
 * What is different in `actual`, depth first. Order of keys counts; integers are compared digit by digit, other numbers
 * by their value as doubles, and 1 is not 1.0. Generated values of `actual` must have been made within `made`.
 */
export function differences(expected: JsonNode, actual: JsonNode, made: Period, path = '$'): Difference[] {
  if (isMask(expected) && expected.kind === 'string') {
    return fitsMask(expected.value, actual, made) ? [] : [difference(path, expected, actual)];
  }
  if (expected.kind === 'object' && actual.kind === 'object') return ofObjects(expected, actual, made, path);
  if (expected.kind === 'array' && actual.kind === 'array') {
    const length = Math.max(expected.items.length, actual.items.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) => {
      return ofPair(expected.items[at], actual.items[at], made, `${path}[${at}]`);
    });
  }
  return sameLeaf(expected, actual) ? [] : [difference(path, expected, actual)];
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

function ofObjects(expected: ObjectNode, actual: ObjectNode, made: Period, path: string): Difference[] {
  const theirs = new Map(expected.members);
  const ours = new Map(actual.members);
  const keys = new Set([...theirs.keys(), ...ours.keys()]);
  const found = [...keys].flatMap((key) => ofPair(theirs.get(key), ours.get(key), made, `${path}.${key}`));
  if (found.length > 0) return found;
  const [first, second] = [expected, actual].map((node) => node.members.map(([key]) => key).join(', '));
  return first === second ? [] : [{ path: `${path} (order of keys)`, expected: first ?? '', actual: second ?? '' }];
}

function ofPair(
  expected: JsonNode | undefined,
  actual: JsonNode | undefined,
  made: Period,
  path: string,
): Difference[] {
  if (expected === undefined || actual === undefined) return [difference(path, expected, actual)];
  return differences(expected, actual, made, path);
}

function sameLeaf(expected: JsonNode, actual: JsonNode): boolean {
  if (expected.kind === 'number' && actual.kind === 'number') return sameNumber(expected.text, actual.text);
  return expected.kind === actual.kind && printJson(expected) === printJson(actual);
}

function sameNumber(expected: string, actual: string): boolean {
  const [first, second] = [isInteger(expected), isInteger(actual)];
  if (first || second) return first && second && expected === actual;
  return Number(expected) === Number(actual);
}

function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function difference(path: string, expected: JsonNode | undefined, actual: JsonNode | undefined): Difference {
  const show = (node: JsonNode | undefined) => (node === undefined ? NOTHING : printJson(node));
  return { path, expected: show(expected), actual: show(actual) };
}
