import type { RunPreview } from '@session-service/session-client';
import { describe, expect, it } from 'vitest';
import { runRows } from './run-rows.js';

const NO_FOLDS = new Map<string, boolean>();

/** Runs such as `b` or `a<b`, a member of the run `b`. */
function runs(...names: string[]): RunPreview[] {
  return names.map((name) => {
    const [id = '', parent = ''] = name.split('<');
    return { run_id: id, parent_run_id: parent };
  });
}

/** The ids, each after a dash for each level. */
function shown(of: RunPreview[], folds = NO_FOLDS, selected?: string): string[] {
  return runRows(of, folds, selected).map(({ run, depth }) => '-'.repeat(depth) + run.run_id);
}

describe('runRows', () => {
  it('shows the newest run first, and members below their parent in their own order', () => {
    expect(shown(runs('c', 'b2<b', 'b', 'b1<b', 'a'))).toEqual(['c', 'b', '-b1', '-b2', 'a']);
  });

  it('folds levels below the first, unless the user has unfolded them', () => {
    const nested = runs('a', 'a1<a', 'a2<a1', 'a3<a2');
    expect(shown(nested)).toEqual(['a', '-a1']);
    expect(shown(nested, new Map([['a1', false]]))).toEqual(['a', '-a1', '--a2']);
    expect(shown(nested, new Map([['a', true]]))).toEqual(['a']);
    expect(runRows(nested, NO_FOLDS, undefined).map(({ members, isFolded }) => [members, isFolded])).toEqual([
      [1, false],
      [1, true],
    ]);
  });

  it('unfolds runs with a member that has failed or is selected', () => {
    const nested = runs('a', 'a1<a', 'a2<a1', 'b1<a', 'b2<b1').map((run) =>
      run.run_id === 'a2' ? { ...run, status: 'error' } : run,
    );
    expect(shown(nested)).toEqual(['a', '-b1', '-a1', '--a2']);
    expect(shown(nested, NO_FOLDS, 'b2')).toEqual(['a', '-b1', '--b2', '-a1', '--a2']);
    expect(shown(nested, new Map([['a1', true]]), 'a2')).toEqual(['a', '-b1', '-a1']);
  });

  it('shows runs whose parent is not loaded at the first level', () => {
    expect(shown(runs('b<other', 'a'))).toEqual(['b', 'a']);
  });

  it('shows runs that are their own ancestors once', () => {
    const folds = new Map(['c1', 'c2', 'm'].map((id) => [id, false]));
    expect(shown(runs('self<self', 'c1<c2', 'c2<c1', 'm<c1'), folds)).toEqual(['self', 'c1', 'c2', 'm']);
  });

  it('shows a chain of ten thousand members', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `r${index}<r${index - 1}`);
    const folds = new Map(names.map((_, index) => [`r${index}`, false]));
    expect(runRows(runs(...names), folds, undefined).at(-1)).toMatchObject({ run: { run_id: 'r9999' }, depth: 9_999 });
  });
});
