import { EMPTY_STRING, isPresent, kindOf } from '@session-service/json';
import { coerceOptional, laxString } from '../coercion.js';
import type { Run } from '../stored-session.js';
import type { RunMembers } from './conversation-entry.js';
import { stringMember } from './tool-calls.js';

/** The status in upper case; undefined for a value that is not a string. */
export function runStatusOf(run: Run): string | undefined {
  return stringMember(run, 'status')?.slice(1, -1).toUpperCase();
}

const RUN_MEMBER_NAMES = [
  ['run_id', 'run_id'],
  ['run_status', 'status'],
  ['parent_run_id', 'parent_run_id'],
  ['agent_id', 'agent_id'],
  ['team_id', 'team_id'],
  ['workflow_id', 'workflow_id'],
] as const;

/** The members that all messages of a run have. */
export function runMembersOf(run: Run): RunMembers {
  return RUN_MEMBER_NAMES.map(([printed, stored]) => {
    const value = coerceOptional(run.get(stored), laxString);
    return [printed, value === EMPTY_STRING ? undefined : value] as const;
  });
}

/** Members that a client needs to continue a paused run: AgentOS's `…/continue` takes them back. */
const PAUSE_MEMBERS = [
  ...['requirements', 'tools', 'step_requirements', 'error_requirements'],
  ...['pause_kind', 'paused_step_name', 'paused_step_index'],
];

/** The members of the last message of a paused or failed run; empty for other runs. */
export function outcomeOf(run: Run): RunMembers {
  const status = runStatusOf(run);
  if (status === 'PAUSED') {
    return PAUSE_MEMBERS.flatMap((name) => (isPresent(run.get(name)) ? [[name, run.get(name)] as const] : []));
  }
  const error = status === 'ERROR' ? run.get('content') : undefined;
  return error !== undefined && kindOf(error) === 'string' ? [['error', error]] : [];
}
