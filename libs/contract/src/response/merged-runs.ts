import { isPresent, kindOf, objectsIn, type RawJson } from '../json/raw-json.js';

/** The members of one stored run. */
export type Run = Map<string, RawJson>;

/**
 * The runs of a session from both places that may hold them: the legacy array in its order, each entry replaced by the
 * table's run of the same id, then the table's other runs. Legacy entries that are no objects or have no run_id vanish.
 */
export function mergeRuns(tableRuns: RawJson | null, legacyRuns: RawJson | null): Run[] {
  const fromTable = objectsOf(tableRuns);
  const legacy = objectsOf(legacyRuns).filter(hasId);
  if (legacy.length === 0) return fromTable;
  const byId = new Map(fromTable.filter(hasId).map((run) => [run.get('run_id'), run]));
  const legacyIds = new Set(legacy.map((run) => run.get('run_id')));
  return [
    ...legacy.map((run) => byId.get(run.get('run_id')) ?? run),
    ...fromTable.filter((run) => hasId(run) && !legacyIds.has(run.get('run_id'))),
  ];
}

function objectsOf(array: RawJson | null): Run[] {
  if (array === null || kindOf(array) !== 'array') return [];
  return objectsIn(array).filter((run) => run !== undefined);
}

function hasId(run: Run): boolean {
  return isPresent(run.get('run_id'));
}
