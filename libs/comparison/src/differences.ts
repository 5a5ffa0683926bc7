import {
  type ComparisonRules,
  type HttpResponse,
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

/** The oracle's response, with masks in place of generated values and a long text replaced by its hash. */
export type ExpectedResponse = HttpResponse;

/** Masks all values that may have been generated for this response. The test data must not contain such values. */
export function maskedExpectation(response: TimedResponse, rules: ComparisonRules): ExpectedResponse {
  const exact = exactExpectation(response, rules);
  const node = parseJsonBody(exact);
  return node === undefined ? exact : { ...exact, body: printJson(maskGeneratedValues(node, periodOf(response))) };
}

/** Expects the exact values of the oracle's response. */
export function exactExpectation(
  response: TimedResponse,
  { processDates = [], rankedBy }: ComparisonRules,
): ExpectedResponse {
  const { status, headers } = response;
  const node = parseJsonBody(response);
  if (node === undefined) return { status, headers, body: hashIfLong(response.body) };
  return { status, headers, body: printJson(maskProcessDates(withStableTieOrder(node, rankedBy), processDates)) };
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
  const names = new Set([...Object.keys(expected.headers), ...Object.keys(response.headers)]);
  const head = [...names].map((name) => ({
    path: `header ${name}`,
    expected: expected.headers[name] ?? '(absent)',
    actual: response.headers[name] ?? '(absent)',
  }));
  head.unshift({ path: 'status', expected: String(expected.status), actual: String(response.status) });
  return [...head.filter((item) => item.expected !== item.actual), ...bodyDifferences(expected, response, rules)];
}

function bodyDifferences(expected: ExpectedResponse, response: TimedResponse, rules: ComparisonRules): Difference[] {
  const [expectedJson, actualJson] = [parseJsonBody(expected), parseJsonBody(response)];
  if (expectedJson !== undefined && actualJson !== undefined)
    return jsonDifferences(expectedJson, withStableTieOrder(actualJson, rules.rankedBy), periodOf(response));
  const isEqual = expected.body === hashIfLong(response.body);
  return isEqual ? [] : [{ path: 'body', expected: expected.body, actual: response.body }];
}

const NO_VALUE = '(nothing)';
const INTEGER = /^-?\d+$/;

/**
 * All differences, depth first. Compares the order of keys, integers digit by digit, and other numbers as doubles; 1 and 1.0
 * differ. Where `expected` has the mask of a time, the time in `actual` must lie within `period`. A missing value is undefined.
 */
export function jsonDifferences(
  expected: JsonNode | undefined,
  actual: JsonNode | undefined,
  period: Period,
  path = '$',
): Difference[] {
  if (expected?.kind === 'object' && actual?.kind === 'object')
    return objectDifferences(expected, actual, period, path);
  if (expected?.kind === 'array' && actual?.kind === 'array') {
    const longer = expected.items.length > actual.items.length ? expected.items : actual.items;
    return longer.flatMap((_, index) =>
      jsonDifferences(expected.items[index], actual.items[index], period, `${path}[${index}]`),
    );
  }
  if (expected !== undefined && actual !== undefined && areEqualLeaves(expected, actual, period)) return [];
  const show = (node: JsonNode | undefined) => (node === undefined ? NO_VALUE : printJson(node));
  return [{ path, expected: show(expected), actual: show(actual) }];
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

function objectDifferences(expected: ObjectNode, actual: ObjectNode, period: Period, path: string): Difference[] {
  const expectedMembers = new Map(expected.members);
  const actualMembers = new Map(actual.members);
  const keys = new Set([...expectedMembers.keys(), ...actualMembers.keys()]);
  const found = [...keys].flatMap((key) =>
    jsonDifferences(expectedMembers.get(key), actualMembers.get(key), period, `${path}.${key}`),
  );
  if (found.length > 0) return found;
  const [first, second] = [expected, actual].map((node) => node.members.map(([key]) => key).join(', '));
  return first === second ? [] : [{ path: `${path} (order of keys)`, expected: first ?? '', actual: second ?? '' }];
}

function areEqualLeaves(expected: JsonNode, actual: JsonNode, period: Period): boolean {
  if (isMask(expected)) return matchesMask(expected.value, actual, period);
  const areNumbers = expected.kind === 'number' && actual.kind === 'number';
  if (areNumbers && !INTEGER.test(expected.text) && !INTEGER.test(actual.text))
    return Number(expected.text) === Number(actual.text);
  return expected.kind === actual.kind && printJson(expected) === printJson(actual);
}
