import type { GivenSession, StoredJson } from '../harness/given-session.js';

/** Columns of a session of a case. The default owner is `own`, so that a list can filter by it. */
type Columns = Partial<GivenSession>;

export function agent(session_id: string, columns: Columns = {}): GivenSession {
  return { session_id, session_type: 'agent', agent_id: 'agent-x', user_id: 'own', ...columns };
}

export function team(session_id: string, columns: Columns = {}): GivenSession {
  return { session_id, session_type: 'team', team_id: 'team-x', user_id: 'own', ...columns };
}

export function workflow(session_id: string, columns: Columns = {}): GivenSession {
  return { session_id, session_type: 'workflow', workflow_id: 'flow-x', user_id: 'own', ...columns };
}

/** A run of an agent with the fields that agno 3.x always stores. */
export function agentRun(run_id: string, fields: Record<string, unknown> = {}): StoredJson {
  return {
    run_id,
    agent_id: 'agent-x',
    status: 'COMPLETED',
    created_at: 1_760_000_100,
    content: 'answer',
    content_type: 'str',
    ...fields,
  };
}

export function teamRun(run_id: string, fields: Record<string, unknown> = {}): StoredJson {
  return {
    run_id,
    team_id: 'team-x',
    status: 'COMPLETED',
    created_at: 1_760_000_100,
    content: 'answer',
    content_type: 'str',
    ...fields,
  };
}

export function workflowRun(run_id: string, fields: Record<string, unknown> = {}): StoredJson {
  return {
    ...{
      run_id,
      workflow_id: 'flow-x',
      status: 'COMPLETED',
      created_at: 1_760_000_100,
      content: 'answer',
      content_type: 'str',
    },
    ...{ step_results: [], step_executor_runs: [], ...fields },
  };
}

export function message(role: string, content: unknown, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: `m-${role}`, role, content, created_at: 1_760_000_101, from_history: false, ...fields };
}
