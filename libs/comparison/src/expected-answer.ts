import { type ComparisonRules, parseJsonBody, periodOf, type TimedResponse } from './answer.js';
import { withStableTieOrder } from './chance-order.js';
import { type JsonNode, printJson } from './json.js';
import { hashIfLong, MASKS, maskGeneratedValues } from './mask.js';

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
