import type { RunPreview } from '@session-service/session-client';
import { statusName } from '../components/run-status';

/** A run in the list, below the run that it is a member or a step of. */
export interface RunRow {
  readonly run: RunPreview;
  /** 0: not a member of a run that is loaded. */
  readonly depth: number;
  /** Number of its members and steps. */
  readonly members: number;
  readonly isFolded: boolean;
}

/**
 * The rows of the list.
 *
 * @param runs the newest first
 * @param folds what the user has folded or unfolded, by the id of the run. Others are folded below the first level, unless a run
 *   in them has failed or is selected
 */
export function runRows(
  runs: readonly RunPreview[],
  folds: ReadonlyMap<string, boolean>,
  selected: string | undefined,
): RunRow[] {
  const byId = new Map(runs.map((run) => [run.run_id, run]));
  const known = new Map<string, boolean>();
  const roots: RunPreview[] = [];
  const membersOf = new Map<string, RunPreview[]>();
  for (const run of runs) {
    const parent = parentOf(run, byId);
    if (parent === undefined || !hasRoot(run, byId, known)) roots.push(run);
    else if (!membersOf.get(parent.run_id)?.push(run)) membersOf.set(parent.run_id, [run]);
  }
  const unfolded = new Set<string>();
  for (const run of runs) {
    if (run.run_id !== selected && statusName(run.status) !== 'ERROR') continue;
    for (let next = parentOf(run, byId); next && !unfolded.has(next.run_id); next = parentOf(next, byId)) {
      unfolded.add(next.run_id);
    }
  }
  const rows: RunRow[] = [];
  // A stack instead of recursion: stored runs may be nested to any depth. Its end is shown next, so that members, of which
  // the newest comes first here too, are shown in their own order.
  const pending = roots.toReversed().map((run) => ({ run, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { run, depth } = next;
    const members = membersOf.get(run.run_id) ?? [];
    const isFolded = folds.get(run.run_id) ?? (depth > 0 && !unfolded.has(run.run_id));
    rows.push({ run, depth, members: members.length, isFolded });
    if (!isFolded) for (const member of members) pending.push({ run: member, depth: depth + 1 });
  }
  return rows;
}

type RunsById = ReadonlyMap<string, RunPreview>;

function parentOf(run: RunPreview, byId: RunsById): RunPreview | undefined {
  return run.parent_run_id ? byId.get(run.parent_run_id) : undefined;
}

/**
 * False if the ancestors of the run go round in a circle, which only invalid data has.
 *
 * @param known results by the id of the run
 */
function hasRoot(run: RunPreview, byId: RunsById, known: Map<string, boolean>): boolean {
  const path: string[] = [];
  let result = true;
  for (let next: RunPreview | undefined = run; next !== undefined; next = parentOf(next, byId)) {
    const found = known.get(next.run_id);
    if (found !== undefined) {
      result = found;
      break;
    }
    // Found again on this path, it is its own ancestor.
    known.set(next.run_id, false);
    path.push(next.run_id);
  }
  for (const id of path) known.set(id, result);
  return result;
}
