import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { runStores } from './run-stores.js';
import { SESSION_CONDITION } from './session-filter.js';

/** The id of a run. */
export interface ExistingRunRow extends LayoutCheckedRow {
  readonly run_id: string | null;
}

/** Selects the ids that runs of a session have, after a row with NULL. $1 and $2: `sessionParameters`, $3: run ids. */
export function existingRuns(statements: StatementCache): string {
  const { layout, tables } = statements;
  const upgraded = layout.hasRunsTable ? 'false' : tableExists(tables.runs);
  const stores = runStores(statements, 'found').map(
    ({ from, condition, runId }) =>
      `(SELECT ${runId}, false FROM found s, ${from} WHERE ${condition} AND ${runId} = ANY ($3::text[]))`,
  );
  return `WITH found AS (SELECT * FROM ${tables.sessions} s WHERE ${SESSION_CONDITION})
      SELECT NULL::text AS run_id, ${upgraded} AS upgraded UNION ALL ${stores.join(' UNION ALL ')}`;
}
