import { isTruthy } from '@agno/json';
import type { SessionType } from '../session/session-type.js';
import type { Run } from './stored-run.js';

/**
 * Whether a run takes part in a detail. AgentOS rebuilds stored runs as objects first: an agent or team session keeps
 * runs that have an agent_id or team_id key, a workflow session those that are of neither an agent nor a team.
 */
export function isShownInDetail(type: SessionType, run: Run): boolean {
  return type === 'workflow' ? isWorkflowRun(run) : run.has('agent_id') || run.has('team_id');
}

/** A run is of a workflow when neither id nor name of an agent or team is in it. */
function isWorkflowRun(run: Run): boolean {
  return !['agent_id', 'agent_name', 'team_id', 'team_name'].some((key) => isTruthy(run.get(key)));
}
