import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../../test/support/contract-problem.js';
import { parseIfMatch } from './if-match.js';

describe('parseIfMatch', () => {
  it.each([undefined, '*', ' *\t'])('returns %j as no condition, or as any session', (header) => {
    expect(parseIfMatch(header)).toBe(header === undefined ? undefined : 'any');
  });

  it.each([
    ['"a"', ['"a"']],
    ['"a", "b","a"', ['"a"', '"b"']],
    [' , "a" ,,\t"b,c" , ', ['"a"', '"b,c"']],
    ['""', ['""']],
    ['"\xe9!~"', ['"\xe9!~"']],
    ['W/"a", "b"', ['"b"']],
    ['W/"a"', []],
    ['', []],
    [' , ', []],
  ])('reads the strong tags of %j', (header, tags) => {
    expect([...(parseIfMatch(header) ?? [])]).toEqual(tags);
  });

  it.each([
    ['commas', ',', ''],
    ['blanks', ' ', 'x'],
    ['tags', '"a",', '"'],
    ['tags without commas', '"a" ', ''],
    ['quotes', '"', ''],
    ['prefixes of weak tags', 'W/', ''],
  ])('reads or rejects megabytes of %s in linear time', (_, part, end) => {
    const header = part.repeat(4_000_000 / part.length) + end;
    expect(() => parseIfMatch(header)).not.toThrow(RangeError);
  });

  it.each(['a', '"a', 'a"', '"a" "b"', '"a"b', 'w/"a"', 'W/ "a"', '*, "a"', '"a", *', '"a b"', '"a\x7f"', "'a'"])(
    'rejects %j',
    (header) => {
      const detail = 'The If-Match header must be * or a list of entity tags in double quotes';
      expect(problemOf(() => parseIfMatch(header))).toEqual([400, detail]);
    },
  );
});
