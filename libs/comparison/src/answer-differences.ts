import { bodyNode, type ComparisonRules, periodOf, type TimedAnswer } from './answer.js';
import { withoutChanceOrder } from './chance-order.js';
import type { Difference } from './difference.js';
import { differences } from './differences.js';
import type { ExpectedAnswer } from './expected-answer.js';
import { shortened } from './mask.js';

/** Everything in which an answer is not as expected: status, compared headers, and the body place by place. */
export function answerDifferences(expected: ExpectedAnswer, answer: TimedAnswer, rules: ComparisonRules): Difference[] {
  const found: Difference[] = [];
  if (expected.status !== answer.status) {
    found.push({ path: 'status', expected: String(expected.status), actual: String(answer.status) });
  }
  for (const name of new Set([...Object.keys(expected.headers), ...Object.keys(answer.headers)])) {
    const [theirs, own] = [expected.headers[name] ?? '(absent)', answer.headers[name] ?? '(absent)'];
    if (theirs !== own) found.push({ path: `header ${name}`, expected: theirs, actual: own });
  }
  return [...found, ...ofBody(expected, answer, rules)];
}

function ofBody(expected: ExpectedAnswer, answer: TimedAnswer, { rankedBy }: ComparisonRules): Difference[] {
  const theirs = bodyNode(expected);
  const own = bodyNode(answer);
  if (theirs === undefined || own === undefined) {
    return expected.body === shortened(answer.body)
      ? []
      : [{ path: 'body', expected: expected.body, actual: answer.body }];
  }
  return differences(theirs, rankedBy ? withoutChanceOrder(own, rankedBy) : own, periodOf(answer));
}
