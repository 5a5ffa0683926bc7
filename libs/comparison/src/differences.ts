import {
  type ComparisonRules,
  parseJsonBody,
  periodOf,
  type TimedResponse,
  withStableTieOrder,
} from './compared-response.js';
import {
  type Difference,
  hashIfLong,
  isMask,
  MASKS,
  maskGeneratedValues,
  matchesMask,
  type Period,
} from './generated-values.js';
import { type JsonNode, printJson } from './json-tree.js';

/** What an answer has to be like: the oracle's, with masks for the values that were made for it. */
export interface ExpectedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text when the answer is JSON, else the body as it is. */
  readonly body: string;
}

/** Any id or time that may have been made for this answer is masked. For data that had no such values before. */
export function maskedExpectation(answer: TimedResponse, rules: ComparisonRules): ExpectedResponse {
  return buildExpectation(answer, rules, (node) => maskGeneratedValues(node, periodOf(answer)));
}

/** Value by value what the oracle answered. */
export function exactExpectation(answer: TimedResponse, rules: ComparisonRules): ExpectedResponse {
  return buildExpectation(answer, rules, (node) => node);
}

function buildExpectation(
  answer: TimedResponse,
  { processDates = [], rankedBy }: ComparisonRules,
  masked: (node: JsonNode) => JsonNode,
): ExpectedResponse {
  const { status, headers } = answer;
  const node = parseJsonBody(answer);
  if (node === undefined) return { status, headers, body: hashIfLong(answer.body) };
  const ordered = rankedBy === undefined ? node : withStableTieOrder(node, rankedBy);
  return { status, headers, body: printJson(masked(maskProcessDates(ordered, processDates))) };
}

function maskProcessDates(node: JsonNode, keys: readonly string[]): JsonNode {
  if (node.kind !== 'object' || keys.length === 0) return node;
  const masked: JsonNode = { kind: 'string', value: MASKS.anyIso };
  return { kind: 'object', members: node.members.map(([key, item]) => [key, keys.includes(key) ? masked : item]) };
}

/** Everything in which an answer is not as expected: status, compared headers, and the body place by place. */
export function responseDifferences(
  expected: ExpectedResponse,
  answer: TimedResponse,
  rules: ComparisonRules,
): Difference[] {
  const found: Difference[] = [];
  if (expected.status !== answer.status) {
    found.push({ path: 'status', expected: String(expected.status), actual: String(answer.status) });
  }
  for (const name of new Set([...Object.keys(expected.headers), ...Object.keys(answer.headers)])) {
    const [theirs, own] = [expected.headers[name] ?? '(absent)', answer.headers[name] ?? '(absent)'];
    if (theirs !== own) found.push({ path: `header ${name}`, expected: theirs, actual: own });
  }
  return [...found, ...bodyDifferences(expected, answer, rules)];
}

function bodyDifferences(
  expected: ExpectedResponse,
  answer: TimedResponse,
  { rankedBy }: ComparisonRules,
): Difference[] {
  const theirs = parseJsonBody(expected);
  const own = parseJsonBody(answer);
  if (theirs === undefined || own === undefined) {
    return expected.body === hashIfLong(answer.body)
      ? []
      : [{ path: 'body', expected: expected.body, actual: answer.body }];
  }
  return jsonDifferences(theirs, rankedBy ? withStableTieOrder(own, rankedBy) : own, periodOf(answer));
}

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
