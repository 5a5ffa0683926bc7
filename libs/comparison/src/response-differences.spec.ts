import { describe, expect, it } from 'vitest';
import type { ComparisonRules, TimedResponse } from './compared-response.js';
import { exactExpectation, responseDifferences } from './differences.js';
import { areGeneratedIds, areGeneratedTimes, isDerivedMessageTime } from './generated-values.js';

const NOW = 1_790_000_000;
const response = (body: string, type = 'application/json'): TimedResponse => {
  return { status: 200, headers: { 'content-type': type }, body, sentAt: NOW, milliseconds: 1 };
};
const list = (...items: string[]) => `{"data":[${items.join(',')}]}`;
const item = (id: string, created: number | null, updated?: number) =>
  JSON.stringify({ session_id: id, created_at: created, updated_at: updated });

const paths = (theirs: string, ours: string, rules: ComparisonRules = {}) =>
  responseDifferences(exactExpectation(response(theirs), rules), response(ours), rules).map(({ path }) => path);

describe('responseDifferences of a list', () => {
  const [a, b, c] = [item('a', 2), item('b', 2), item('c', 1)];

  it('reports a different order of items when the rules do not mention it', () =>
    expect(paths(list(a, b), list(b, a))).toEqual(['$.data[0].session_id', '$.data[1].session_id']));

  it('ignores the order of items with the same rank, but not of items with different ranks', () => {
    const rules = { rankedBy: ['created_at'] };
    expect(paths(list(a, b, c), list(b, a, c), rules)).toEqual([]);
    expect(paths(list(a, b, c), list(c, b, a), rules)).not.toEqual([]);
    expect(paths(list(a, b, c), list(a, b), rules)).toEqual(['$.data[2]']);
  });

  it('ranks an item by the first column in rankedBy that is not null', () => {
    const [early, late] = [item('x', 1, 5), item('y', 5)];
    expect(paths(list(early, late), list(late, early), { rankedBy: ['updated_at', 'created_at'] })).toEqual([]);
  });

  it('ignores the order of all items when rankedBy is empty', () =>
    expect(paths(list(a, b, c), list(c, b, a), { rankedBy: [] })).toEqual([]));
});

it('responseDifferences compares bodies that are not valid JSON as text', () => {
  expect(paths('{"a":', '{"a":')).toEqual([]);
  expect(paths('{"a":', '{"a":1}')).toEqual(['body']);
});

describe('areGeneratedIds and areGeneratedTimes', () => {
  const pair = (expected: string, actual: string) =>
    areGeneratedIds({ path: '$', expected, actual }) || areGeneratedTimes({ path: '$', expected, actual }, NOW);
  const [first, second] = ['"0b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d"', '"1b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d"'];

  it.each([
    [first, second],
    [`${NOW + 1}`, `${NOW + 2}`],
    ['"2026-09-21T14:13:21Z"', '"2026-09-21T14:13:22.5Z"'],
  ])('accept the pair %s and %s', (expected, actual) => expect(pair(expected, actual)).toBe(true));

  it.each([
    [first, '"x"'],
    [first, '(nothing)'],
    [`${NOW + 1}`, `${NOW + 60}`],
    [`${NOW - 1}`, `${NOW}`],
    ['200', '404'],
    ['"2026-09-21T14:13:21Z"', 'null'],
  ])('reject the pair %s and %s', (expected, actual) => expect(pair(expected, actual)).toBe(false));
});

describe('isDerivedMessageTime', () => {
  const path = '$.chat_history[3].created_at';
  const isDerived = (expected: string, actual: string, timePath = path) =>
    isDerivedMessageTime({ path: timePath, expected, actual }, NOW);

  it('is true where AgentOS returns the current time and the service an earlier time', () => {
    expect(isDerived(`${NOW + 1}`, '1760000100')).toBe(true);
    expect(isDerived('"«now, seconds»"', '1760000100')).toBe(true);
  });

  it('is false where AgentOS returns a stored time or the service null, and for other fields', () => {
    expect(isDerived('1760000100', '1760000101')).toBe(false);
    expect(isDerived(`${NOW + 1}`, 'null')).toBe(false);
    expect(isDerived(`${NOW + 1}`, '1760000100', '$.created_at')).toBe(false);
  });
});
