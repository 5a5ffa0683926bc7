import { type ComparisonRules, parseJsonBody, periodOf, type TimedResponse } from './answer.js';
import { withStableTieOrder } from './chance-order.js';
import type { Difference } from './difference.js';
import { jsonDifferences } from './differences.js';
import type { ExpectedResponse } from './expected-answer.js';
import { hashIfLong } from './mask.js';

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
