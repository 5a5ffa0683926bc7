import { isTruthy, kindOf, type RawJson, unquote } from '@session-service/json';
import type { Run, SessionType } from '../stored-session.js';

/** Filters of a run list: inclusive bounds in Unix seconds, statuses in upper case. */
export interface RunFilter {
  readonly createdAfter?: bigint | undefined;
  readonly createdBefore?: bigint | undefined;
  readonly statuses?: ReadonlySet<string> | undefined;
}

/** True for a run within the bounds. As in AgentOS, a run without a numeric `created_at` is within any bounds. */
export function isCreatedWithin(run: Run, { createdAfter, createdBefore }: RunFilter): boolean {
  if (createdAfter === undefined && createdBefore === undefined) return true;
  const createdAt = run.get('created_at');
  if (createdAt === undefined || kindOf(createdAt) !== 'number') return true;
  return (
    (createdAfter === undefined || !isBefore(createdAt, createdAfter)) &&
    (createdBefore === undefined || !isAfter(createdAt, createdBefore))
  );
}

/** Compares the printed status without regard to case. */
export function hasStatus(status: RawJson | undefined, { statuses }: RunFilter): boolean {
  if (statuses === undefined) return true;
  return statuses.has(status === undefined ? '' : unquote(status).toUpperCase());
}

function isBefore(time: RawJson, bound: bigint): boolean {
  return /^-?\d+$/.test(time) ? BigInt(time) < bound : Number(time) < bound;
}

function isAfter(time: RawJson, bound: bigint): boolean {
  return /^-?\d+$/.test(time) ? BigInt(time) > bound : Number(time) > bound;
}

/**
 * True for runs that a session detail includes. AgentOS rebuilds stored runs as objects first: an agent or team session
 * keeps those with an `agent_id` or `team_id` key, a workflow session those of neither an agent nor a team.
 */
export function isShownInDetail(type: SessionType, run: Run): boolean {
  return type === 'workflow' ? isWorkflowRun(run) : run.has('agent_id') || run.has('team_id');
}

function isWorkflowRun(run: Run): boolean {
  return !['agent_id', 'agent_name', 'team_id', 'team_name'].some((key) => isTruthy(run.get(key)));
}
