import { isTruthy, kindOf, type RawJson, unquote } from '@session-service/json';
import type { Run, SessionType } from '../stored-session.js';

/** Filters of a run list: inclusive bounds of `created_at` in Unix seconds, and statuses in upper case. */
interface RunFilter {
  readonly createdAfter?: bigint | undefined;
  readonly createdBefore?: bigint | undefined;
  readonly statuses?: ReadonlySet<string> | undefined;
}

/** True for a run that was created within the bounds. A run whose `created_at` is not a number always is. */
export function isCreatedWithin(run: Run, { createdAfter, createdBefore }: RunFilter): boolean {
  if (createdAfter === undefined && createdBefore === undefined) return true;
  const time = numberOf(run.get('created_at'));
  if (time === undefined) return true;
  if (createdAfter !== undefined && time < createdAfter) return false;
  return createdBefore === undefined || !(time > createdBefore);
}

/** A JSON value as Python compares it with an integer: `true` is 1, `false` is 0. Undefined if it cannot be compared. */
function numberOf(value: RawJson | undefined): bigint | number | undefined {
  if (value === 'true') return 1;
  if (value === 'false') return 0;
  if (value === undefined || kindOf(value) !== 'number') return undefined;
  return /^-?\d+$/.test(value) ? BigInt(value) : Number(value);
}

/** True when the filter allows the printed status, compared without regard to case. */
export function hasStatus(status: RawJson | undefined, { statuses }: RunFilter): boolean {
  if (statuses === undefined) return true;
  return statuses.has(status === undefined ? '' : unquote(status).toUpperCase());
}

/**
 * True for runs that a session detail includes, because AgentOS can rebuild them as objects. In an agent or team
 * session, these are the runs with an `agent_id` or `team_id` key; in a workflow session, the runs of neither an agent
 * nor a team.
 */
export function isShownInDetail(type: SessionType, run: Run): boolean {
  if (type !== 'workflow') return run.has('agent_id') || run.has('team_id');
  return !['agent_id', 'agent_name', 'team_id', 'team_name'].some((key) => isTruthy(run.get(key)));
}
