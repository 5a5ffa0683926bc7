import type { ContractCase } from '../harness/case.js';
import bodies from './bodies.js';
import create from './create.js';
import databases from './databases.js';
import { bulkDeletes, singleDeletes } from './deletes.js';
import detail from './detail.js';
import health from './health.js';
import list from './list.js';
import mergedRuns from './merged-runs.js';
import methodsAndPaths from './methods-and-paths.js';
import oddRows from './odd-rows.js';
import oddRunFields from './odd-run-fields.js';
import oddRunNames from './odd-run-names.js';
import patch from './patch.js';
import rename from './rename.js';
import { runPreviews, runs } from './runs.js';
import singleRun from './single-run.js';

/** Every case of the contract; names are unique within a route. */
export const CASES: readonly ContractCase[] = checked([
  ...list,
  ...create,
  ...bulkDeletes,
  ...detail,
  ...patch,
  ...singleDeletes,
  ...rename,
  ...runs,
  ...runPreviews,
  ...singleRun,
  ...methodsAndPaths,
  ...bodies,
  ...health,
  ...databases,
  ...oddRows,
  ...oddRunNames,
  ...oddRunFields,
  ...mergedRuns,
]);

function checked(cases: readonly ContractCase[]): readonly ContractCase[] {
  const seen = new Set<string>();
  for (const { route, name } of cases) {
    const key = `${route}: ${name}`;
    if (seen.has(key)) throw new Error(`two contract cases are called ${key}`);
    seen.add(key);
  }
  return cases;
}
