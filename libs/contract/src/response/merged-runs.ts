import { isPresent, kindOf, MemberNames, membersOf, type RawJson, type Steps } from '@agno/json';

/**
 * The runs of a session from both places that may hold them: the legacy entries in their order, each replaced by the
 * table's run of the same id, then the table's other runs. What is no object vanishes, and legacy entries without a run_id.
 */
export function* mergeRuns(tableRuns: readonly RawJson[], legacyRuns: readonly RawJson[]): Steps<readonly RawJson[]> {
  const fromTable = tableRuns.filter((run) => kindOf(run) === 'object');
  const legacy = yield* byRunId(legacyRuns);
  if (legacy.length === 0) return fromTable;
  const table = yield* byRunId(fromTable);
  const tableIds = new Map(table);
  const legacyIds = new Set(legacy.map(([id]) => id));
  return [
    ...legacy.map(([id, run]) => tableIds.get(id) ?? run),
    ...table.filter(([id]) => !legacyIds.has(id)).map(([, run]) => run),
  ];
}

const RUN_ID = new MemberNames(['run_id']);

/** The runs that have an id, with it. */
function* byRunId(runs: readonly RawJson[]): Steps<[id: RawJson, run: RawJson][]> {
  const found: [RawJson, RawJson][] = [];
  for (const run of runs) {
    const id = membersOf(run, RUN_ID).get('run_id');
    if (isPresent(id)) found.push([id, run]);
    yield;
  }
  return found;
}
