import { describe, expect, it } from 'vitest';
import { findContradiction, type Operation } from './linearizability.js';

/** Parses lines such as `a w x 0 10`: client a wrote x from time 0 to 10. `r` is a read; `-` as end: no response. */
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

describe('findContradiction', () => {
  it.each([
    ['an empty history', []],
    ['reads of the initial value', ['a r old 0 1', 'b r old 0 2']],
    ['a write, then a read of it', ['a w x 0 1', 'b r x 2 3']],
    ['a read of a write that was acknowledged only later', ['a w x 0 10', 'b r x 1 2', 'c r x 3 4']],
    ['a read of the old value during a write', ['a w x 0 10', 'b r old 1 2', 'c r x 9 11']],
    [
      'two overlapping writes of which the first to start takes effect last',
      ['a w x 0 10', 'b w y 1 9', 'c r x 11 12'],
    ],
    ['an unacknowledged write that takes effect late', ['a w x 0 -', 'b r old 5 6', 'c r x 90 91']],
    ['an unacknowledged write that never takes effect', ['a w x 0 -', 'b w y 5 6', 'c r y 90 91']],
    [
      'an overwritten write that is read in between',
      ['a w x 0 9', 'b w y 0 9', 'c r y 1 3', 'd r x 4 12', 'e r x 13 14'],
    ],
  ])('accepts the linearizable history: %s', (_, lines) => {
    expect(findContradiction(history(...lines), 'old')).toBeUndefined();
  });

  it.each([
    ['a lost update', ['a w x 0 1', 'b r old 2 3'], 'b r old'],
    ['an update that is overwritten by an earlier one', ['a w x 0 1', 'b w y 2 3', 'c r x 4 5'], 'c r x'],
    ['a stale read after a current one', ['a w x 0 10', 'b r x 1 2', 'c r old 3 4'], 'c r old'],
    ['a read of a value that was never written', ['a w x 0 1', 'b r z 0 5'], 'b r z'],
    ['a read of a value before it was written', ['a r x 0 1', 'b w x 2 3'], 'a r x'],
    ['a write that takes effect twice', ['a w x 0 1', 'b w y 2 3', 'c r y 4 5', 'd r x 6 7'], 'd r x'],
    [
      'two readers that see two writes in different orders',
      ['a w x 0 20', 'b w y 0 20', 'c r x 1 2', 'd r y 3 4', 'c r x 5 6'],
      'c r x',
    ],
    ['an unacknowledged write that appears and disappears', ['a w x 0 -', 'b r x 1 2', 'c r old 3 4'], 'c r old'],
  ])('reports the contradiction: %s', (_, lines, blocking) => {
    const found = findContradiction(history(...lines), 'old');
    expect(`${found?.client} ${found?.kind[0]} ${found?.value}`).toBe(blocking);
  });
});
