import { bodyNode, type ComparisonRules, periodOf, type TimedAnswer } from './answer.js';
import { withoutChanceOrder } from './chance-order.js';
import { type JsonNode, printJson } from './json.js';
import { MASKS, mask, shortened } from './mask.js';

/** What an answer has to be like: the oracle's, with masks for the values that were made for it. */
export interface ExpectedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text when the answer is JSON, else the body as it is. */
  readonly body: string;
}

/** Any id or time that may have been made for this answer is masked. For data that had no such values before. */
export function expectedAnswer(answer: TimedAnswer, rules: ComparisonRules): ExpectedAnswer {
  return expectation(answer, rules, (node) => mask(node, periodOf(answer)));
}

/** Value by value what the oracle answered. */
export function exactAnswer(answer: TimedAnswer, rules: ComparisonRules): ExpectedAnswer {
  return expectation(answer, rules, (node) => node);
}

function expectation(
  answer: TimedAnswer,
  { processDates = [], rankedBy }: ComparisonRules,
  masked: (node: JsonNode) => JsonNode,
): ExpectedAnswer {
  const { status, headers } = answer;
  const node = bodyNode(answer);
  if (node === undefined) return { status, headers, body: shortened(answer.body) };
  const ordered = rankedBy === undefined ? node : withoutChanceOrder(node, rankedBy);
  return { status, headers, body: printJson(masked(withProcessDates(ordered, processDates))) };
}

function withProcessDates(node: JsonNode, keys: readonly string[]): JsonNode {
  if (node.kind !== 'object' || keys.length === 0) return node;
  const masked: JsonNode = { kind: 'string', value: MASKS.anyIso };
  return { kind: 'object', members: node.members.map(([key, item]) => [key, keys.includes(key) ? masked : item]) };
}
