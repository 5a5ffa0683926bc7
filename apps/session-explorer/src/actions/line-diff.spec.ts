import { describe, expect, it } from 'vitest';
import { diffLines } from './line-diff';

const SIGNS = { both: ' ', old: '-', new: '+' };
const diff = (oldText: string, newText: string) =>
  diffLines(oldText, newText).map(({ kind, text }) => SIGNS[kind] + text);

describe('diffLines', () => {
  it.each([
    ['a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['a', 'a', [' a']],
    ['a\n}', 'a,\nb\n}', [' a', '+b', ' }']],
    ['a\na', 'a', [' a', '-a']],
    ['1\n2\n3\n4', '0\n2\n4\n5', ['-1', '+0', ' 2', '-3', ' 4', '+5']],
  ])('of %j and %j', (oldText, newText, lines) => {
    expect(diff(oldText, newText)).toEqual(lines);
  });

  it('of long texts without a common line ends soon', () => {
    const lines = (prefix: string) => Array.from({ length: 20_000 }, (_, index) => prefix + index).join('\n');
    expect(diff(lines('a'), lines('b'))).toHaveLength(40_000);
  });
});
