import { describe, expect, it } from 'vitest';
import { parseIfNoneMatch } from './if-none-match.js';

describe('parseIfNoneMatch', () => {
  it.each([undefined, '*', ' *\t'])('returns %j as no condition, or as any response', (header) => {
    expect(parseIfNoneMatch(header)).toBe(header === undefined ? undefined : 'any');
  });

  it.each([
    ['""', ['""']],
    ['W/"a"', ['"a"']],
    ['"a", W/"b",W/"a"', ['"a"', '"b"']],
    [' , W/"a" ,,\t"b,c" , ', ['"a"', '"b,c"']],
    ['', []],
    [' , ', []],
  ])('reads the weak and strong tags of %j', (header, tags) => {
    expect([...(parseIfNoneMatch(header) ?? [])]).toEqual(tags);
  });

  it.each(['a', '"a', '"a" "b"', 'w/"a"', '*, "a"', '"a", *', '"a", b', '"a b"', '\x00', '"'.repeat(5)])(
    'reads %j, which is not valid, as a condition that nothing matches',
    (header) => {
      expect(parseIfNoneMatch(header)).toEqual(new Set());
    },
  );
});
