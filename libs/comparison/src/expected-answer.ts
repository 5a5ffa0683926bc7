import { bodyNode, type ComparisonRules, type TimedAnswer } from './answer.js';
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

/** Masks what the oracle's answer holds of ids and times that may have been made for it. */
export function expectedAnswer(answer: TimedAnswer, rules: ComparisonRules): ExpectedAnswer {
  const { status, headers } = answer;
  const node = bodyNode(answer);
  if (node === undefined) return { status, headers, body: shortened(answer.body) };
  const masked = mask(withProcessDates(node, rules.processDates ?? []), answer.at);
  return { status, headers, body: printJson(rules.rankedBy ? withoutChanceOrder(masked, rules.rankedBy) : masked) };
}

export function withProcessDates(node: JsonNode, keys: readonly string[]): JsonNode {
  if (node.kind !== 'object' || keys.length === 0) return node;
  const masked: JsonNode = { kind: 'string', value: MASKS.anyIso };
  return { kind: 'object', members: node.members.map(([key, item]) => [key, keys.includes(key) ? masked : item]) };
}
