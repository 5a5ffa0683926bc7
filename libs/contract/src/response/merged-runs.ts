import { isPresent, kindOf, membersOf, type RawJson } from '../json/raw-json.js';
import type { Steps } from './steps.js';

/** The members of one stored run. */
export type Run = Map<string, RawJson>;

/**
 * The runs of a session from both places that may hold them: the legacy entries in their order, each replaced by the
 * table's run of the same id, then the table's other runs. What is no object vanishes, and legacy entries without a run_id.
 */
export function* mergeRuns(tableRuns: readonly RawJson[], legacyRuns: readonly RawJson[]): Steps<Run[]> {
  const fromTable = yield* objectsOf(tableRuns);
  const legacy = (yield* objectsOf(legacyRuns)).filter(hasId);
  if (legacy.length === 0) return fromTable;
  const byId = new Map(fromTable.filter(hasId).map((run) => [run.get('run_id'), run]));
  const legacyIds = new Set(legacy.map((run) => run.get('run_id')));
  return [
    ...legacy.map((run) => byId.get(run.get('run_id')) ?? run),
    ...fromTable.filter((run) => hasId(run) && !legacyIds.has(run.get('run_id'))),
  ];
}

function* objectsOf(stored: readonly RawJson[]): Steps<Run[]> {
  const runs: Run[] = [];
  for (const run of stored) {
    if (kindOf(run) === 'object') runs.push(membersOf(run));
    yield;
  }
  return runs;
}

function hasId(run: Run): boolean {
  return isPresent(run.get('run_id'));
}
