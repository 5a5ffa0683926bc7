import { describe, expect, it } from 'vitest';
import { findContradiction, type Operation } from './linearizability.js';

/** `a w x 0 10`: client a wrote x from 0 to 10; `r` for a read, `-` for no answer. */
function history(...lines: readonly string[]): Operation[] {
  return lines.map((line) => {
    const [client = '', kind, value = '', start, end] = line.split(' ');
    return {
      client,
      kind: kind === 'w' ? 'write' : 'read',
      value,
      start: Number(start),
      end: end === '-' ? undefined : Number(end),
    };
  });
}

describe('histories that one register allows', () => {
  it.each([
    ['nothing', []],
    ['reads of what was there before', ['a r old 0 1', 'b r old 0 2']],
    ['a write, then a read of it', ['a w x 0 1', 'b r x 2 3']],
    ['a read that saw a write before the write was answered', ['a w x 0 10', 'b r x 1 2', 'c r x 3 4']],
    ['a read that saw the old value while a write was under way', ['a w x 0 10', 'b r old 1 2', 'c r x 9 11']],
    ['two writes at once, the first to begin being the last', ['a w x 0 10', 'b w y 1 9', 'c r x 11 12']],
    ['a write without an answer that happened late', ['a w x 0 -', 'b r old 5 6', 'c r x 90 91']],
    ['a write without an answer that never happened', ['a w x 0 -', 'b w y 5 6', 'c r y 90 91']],
    ['an overwritten write, read in between', ['a w x 0 9', 'b w y 0 9', 'c r y 1 3', 'd r x 4 12', 'e r x 13 14']],
  ])('%s', (_, lines) => {
    expect(findContradiction(history(...lines), 'old')).toBeUndefined();
  });
});

describe('histories that no register allows', () => {
  it.each([
    ['a lost update', ['a w x 0 1', 'b r old 2 3'], 'b r old'],
    ['an update lost to one that had ended before', ['a w x 0 1', 'b w y 2 3', 'c r x 4 5'], 'c r x'],
    ['a stale read after a fresh one', ['a w x 0 10', 'b r x 1 2', 'c r old 3 4'], 'c r old'],
    ['a read of what nobody wrote', ['a w x 0 1', 'b r z 0 5'], 'b r z'],
    ['a read from the future', ['a r x 0 1', 'b w x 2 3'], 'a r x'],
    ['a write that happened twice', ['a w x 0 1', 'b w y 2 3', 'c r y 4 5', 'd r x 6 7'], 'd r x'],
    [
      'two readers who see two writes in different orders',
      ['a w x 0 20', 'b w y 0 20', 'c r x 1 2', 'd r y 3 4', 'c r x 5 6'],
      'c r x',
    ],
    ['a write without an answer that came and went', ['a w x 0 -', 'b r x 1 2', 'c r old 3 4'], 'c r old'],
  ])('%s', (_, lines, blocking) => {
    const found = findContradiction(history(...lines), 'old');
    expect(`${found?.client} ${found?.kind[0]} ${found?.value}`).toBe(blocking);
  });
});
