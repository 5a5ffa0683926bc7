import {
  asRaw,
  isPresent,
  isWorkflowRun,
  kindOf,
  membersOf,
  NULL,
  objectOf,
  quote,
  type RawJson,
  type Run,
  unquote,
} from '@agno/contract';
import type { NewRun } from '@agno/storage';

/** Rows for the runs that a session is created with, as agno writes them: one row a run, in the order given. */
export function newRuns(runs: readonly RawJson[], userId: string | null, now: number): NewRun[] {
  return runs.map((text, index) => {
    const run = membersOf(text);
    const runId = textMember(run, 'run_id') ?? '';
    const row = objectOf([
      ['run_id', quote(runId)],
      ['run_type', quote(runType(run))],
      ['agent_id', column(run, 'agent_id')],
      ['team_id', column(run, 'team_id')],
      ['workflow_id', column(run, 'workflow_id')],
      ['user_id', userId === null ? NULL : quote(userId)],
      ['parent_run_id', column(run, 'parent_run_id')],
      ['status', column(run, 'status')],
      ['run_index', asRaw(String(index))],
      ['run_data', text],
      ['created_at', createdAt(run, now)],
      ['updated_at', asRaw(String(now))],
    ]);
    return { run_id: runId, row, run_data: text };
  });
}

/** agno's `run_type`: by the agent's id or name, then the team's, else a workflow run. */
function runType(run: Run): string {
  if (isWorkflowRun(run)) return 'workflow';
  return ['agent_id', 'agent_name'].some((key) => textMember(run, key)) ? 'agent' : 'team';
}

function column(run: Run, key: string): RawJson {
  const value = textMember(run, key);
  return value === undefined ? NULL : quote(value);
}

function textMember(run: Run, key: string): string | undefined {
  const value = run.get(key);
  return isPresent(value) && kindOf(value) === 'string' ? unquote(value) : undefined;
}

/** Whole seconds of the run's own time; a missing, zero or unreadable one is now. */
function createdAt(run: Run, now: number): RawJson {
  const seconds = Math.trunc(Number(run.get('created_at') ?? 0));
  return asRaw(String(Number.isSafeInteger(seconds) && seconds !== 0 ? seconds : now));
}
