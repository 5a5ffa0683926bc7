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

/** The oracle's response, with masks in place of generated values. */
export interface ExpectedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text for a JSON response, otherwise the body itself. */
  readonly body: string;
}

/** Masks all values that may have been generated for this response. The data must contain no such values before. */
export function maskedExpectation(response: TimedResponse, rules: ComparisonRules): ExpectedResponse {
  return buildExpectation(response, rules, (node) => maskGeneratedValues(node, periodOf(response)));
}

/** Expects the exact values of the oracle's response. */
export function exactExpectation(response: TimedResponse, rules: ComparisonRules): ExpectedResponse {
  return buildExpectation(response, rules, (node) => node);
}

function buildExpectation(
  response: TimedResponse,
  { processDates = [], rankedBy }: ComparisonRules,
  masked: (node: JsonNode) => JsonNode,
): ExpectedResponse {
  const { status, headers } = response;
  const node = parseJsonBody(response);
  if (node === undefined) return { status, headers, body: hashIfLong(response.body) };
  const ordered = rankedBy === undefined ? node : withStableTieOrder(node, rankedBy);
  return { status, headers, body: printJson(masked(maskProcessDates(ordered, processDates))) };
}

function maskProcessDates(node: JsonNode, keys: readonly string[]): JsonNode {
  if (node.kind !== 'object' || keys.length === 0) return node;
  const masked: JsonNode = { kind: 'string', value: MASKS.anyIso };
  return { kind: 'object', members: node.members.map(([key, item]) => [key, keys.includes(key) ? masked : item]) };
}

/** All differences between a response and the expectation: status, compared headers and body. */
export function responseDifferences(
  expected: ExpectedResponse,
  response: TimedResponse,
  rules: ComparisonRules,
): Difference[] {
  const found: Difference[] = [];
  if (expected.status !== response.status) {
    found.push({ path: 'status', expected: String(expected.status), actual: String(response.status) });
  }
  for (const name of new Set([...Object.keys(expected.headers), ...Object.keys(response.headers)])) {
    const [expectedValue, actualValue] = [expected.headers[name] ?? '(absent)', response.headers[name] ?? '(absent)'];
    if (expectedValue !== actualValue)
      found.push({ path: `header ${name}`, expected: expectedValue, actual: actualValue });
  }
  return [...found, ...bodyDifferences(expected, response, rules)];
}

function bodyDifferences(
  expected: ExpectedResponse,
  response: TimedResponse,
  { rankedBy }: ComparisonRules,
): Difference[] {
  const expectedJson = parseJsonBody(expected);
  const actualJson = parseJsonBody(response);
  if (expectedJson === undefined || actualJson === undefined) {
    return expected.body === hashIfLong(response.body)
      ? []
      : [{ path: 'body', expected: expected.body, actual: response.body }];
  }
  return jsonDifferences(
    expectedJson,
    rankedBy ? withStableTieOrder(actualJson, rankedBy) : actualJson,
    periodOf(response),
  );
}

const NO_VALUE = '(nothing)';

/**
 * All differences, depth first. Compares the order of keys, integers digit by digit, and other numbers as doubles; 1 and 1.0
 * differ. Where `expected` has the mask of a time, the time in `actual` must lie within `period`.
 */
export function jsonDifferences(expected: JsonNode, actual: JsonNode, period: Period, path = '$'): Difference[] {
  if (isMask(expected) && expected.kind === 'string') {
    return matchesMask(expected.value, actual, period) ? [] : [differenceAt(path, expected, actual)];
  }
  if (expected.kind === 'object' && actual.kind === 'object') return objectDifferences(expected, actual, period, path);
  if (expected.kind === 'array' && actual.kind === 'array') {
    const length = Math.max(expected.items.length, actual.items.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) => {
      return memberDifferences(expected.items[index], actual.items[index], period, `${path}[${index}]`);
    });
  }
  return areEqualLeaves(expected, actual) ? [] : [differenceAt(path, expected, actual)];
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

function objectDifferences(expected: ObjectNode, actual: ObjectNode, period: Period, path: string): Difference[] {
  const expectedMembers = new Map(expected.members);
  const actualMembers = new Map(actual.members);
  const keys = new Set([...expectedMembers.keys(), ...actualMembers.keys()]);
  const found = [...keys].flatMap((key) =>
    memberDifferences(expectedMembers.get(key), actualMembers.get(key), period, `${path}.${key}`),
  );
  if (found.length > 0) return found;
  const [first, second] = [expected, actual].map((node) => node.members.map(([key]) => key).join(', '));
  return first === second ? [] : [{ path: `${path} (order of keys)`, expected: first ?? '', actual: second ?? '' }];
}

function memberDifferences(
  expected: JsonNode | undefined,
  actual: JsonNode | undefined,
  period: Period,
  path: string,
): Difference[] {
  if (expected === undefined || actual === undefined) return [differenceAt(path, expected, actual)];
  return jsonDifferences(expected, actual, period, path);
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

function isInteger(number: string): boolean {
  return /^-?\d+$/.test(number);
}

function differenceAt(path: string, expected: JsonNode | undefined, actual: JsonNode | undefined): Difference {
  const show = (node: JsonNode | undefined) => (node === undefined ? NO_VALUE : printJson(node));
  return { path, expected: show(expected), actual: show(actual) };
}
