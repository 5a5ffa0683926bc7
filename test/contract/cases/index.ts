import type { ContractCase } from '../harness/contract-case.js';
import bodies from './bodies.cases.js';
import create from './create.cases.js';
import databases from './databases.cases.js';
import { bulkDeletes, singleDeletes } from './deletes.cases.js';
import detail from './detail.cases.js';
import health from './health.cases.js';
import jsonText from './json-text.cases.js';
import list from './list.cases.js';
import mergedRuns from './merged-runs.cases.js';
import methodsAndPaths from './methods-and-paths.cases.js';
import oddRows from './odd-rows.cases.js';
import oddRunFields from './odd-run-fields.cases.js';
import oddRunNames from './odd-run-names.cases.js';
import patch from './patch.cases.js';
import rename from './rename.cases.js';
import { runPreviews, runs } from './runs.cases.js';
import singleRun from './single-run.cases.js';

/** All contract cases. Names are unique within a route. */
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
  ...jsonText,
]);

function checked(cases: readonly ContractCase[]): readonly ContractCase[] {
  const seen = new Set<string>();
  for (const { route, name } of cases) {
    const key = `${route}: ${name}`;
    if (seen.has(key)) throw new Error(`Two contract cases have the name ${key}`);
    seen.add(key);
  }
  return cases;
}
