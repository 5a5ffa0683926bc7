import { describe, expect, it } from 'vitest';
import type { ComparisonRules, TimedResponse } from './compared-response.js';
import { exactExpectation, responseDifferences } from './differences.js';
import { areGeneratedIds, areGeneratedTimes, isDerivedMessageTime } from './generated-values.js';

const NOW = 1_790_000_000;
const answer = (body: string, type = 'application/json'): TimedResponse => {
  return { status: 200, headers: { 'content-type': type }, body, sentAt: NOW, milliseconds: 1 };
};
const list = (...items: string[]) => `{"data":[${items.join(',')}]}`;
const item = (id: string, created: number | null, updated?: number) =>
  JSON.stringify({ session_id: id, created_at: created, updated_at: updated });

const paths = (theirs: string, ours: string, rules: ComparisonRules = {}) =>
  responseDifferences(exactExpectation(answer(theirs), rules), answer(ours), rules).map(({ path }) => path);

describe('a list', () => {
  const [a, b, c] = [item('a', 2), item('b', 2), item('c', 1)];

  it('is compared in its order when nothing else is said', () =>
    expect(paths(list(a, b), list(b, a))).toEqual(['$.data[0].session_id', '$.data[1].session_id']));

  it('may have items of one rank in any order, and only those', () => {
    const rules = { rankedBy: ['created_at'] };
    expect(paths(list(a, b, c), list(b, a, c), rules)).toEqual([]);
    expect(paths(list(a, b, c), list(c, b, a), rules)).not.toEqual([]);
    expect(paths(list(a, b, c), list(a, b), rules)).toEqual(['$.data[2]']);
  });

  it('ranks items by the first member that is not null', () => {
    const [early, late] = [item('x', 1, 5), item('y', 5)];
    expect(paths(list(early, late), list(late, early), { rankedBy: ['updated_at', 'created_at'] })).toEqual([]);
  });

  it('has no order where all items are of one rank', () =>
    expect(paths(list(a, b, c), list(c, b, a), { rankedBy: [] })).toEqual([]));
});

it('compares a body that only claims to be JSON as text', () => {
  expect(paths('{"a":', '{"a":')).toEqual([]);
  expect(paths('{"a":', '{"a":1}')).toEqual(['body']);
});

describe('values that each side made itself', () => {
  const pair = (expected: string, actual: string) =>
    areGeneratedIds({ path: '$', expected, actual }) || areGeneratedTimes({ path: '$', expected, actual }, NOW);
  const [one, other] = ['"0b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d"', '"1b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d"'];

  it.each([
    [one, other],
    [`${NOW + 1}`, `${NOW + 2}`],
    ['"2026-09-21T14:13:21Z"', '"2026-09-21T14:13:22.5Z"'],
  ])('%s and %s', (expected, actual) => expect(pair(expected, actual)).toBe(true));

  it.each([
    [one, '"x"'],
    [one, '(nothing)'],
    [`${NOW + 1}`, `${NOW + 60}`],
    [`${NOW - 1}`, `${NOW}`],
    ['200', '404'],
    ['"2026-09-21T14:13:21Z"', 'null'],
  ])('not %s and %s', (expected, actual) => expect(pair(expected, actual)).toBe(false));
});

describe('the time of a message that has none in storage', () => {
  const path = '$.chat_history[3].created_at';
  const isDerived = (expected: string, actual: string, at = path) =>
    isDerivedMessageTime({ path: at, expected, actual }, NOW);

  it('may be the present one in AgentOS and an earlier one here', () => {
    expect(isDerived(`${NOW + 1}`, '1760000100')).toBe(true);
    expect(isDerived('"«now, seconds»"', '1760000100')).toBe(true);
  });

  it('is compared where AgentOS shows a stored one, or this is another field', () => {
    expect(isDerived('1760000100', '1760000101')).toBe(false);
    expect(isDerived(`${NOW + 1}`, 'null')).toBe(false);
    expect(isDerived(`${NOW + 1}`, '1760000100', '$.created_at')).toBe(false);
  });
});
