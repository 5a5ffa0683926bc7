/** An agent, team or workflow with the model that it uses. */
export interface Component {
  readonly type: 'agent' | 'team' | 'workflow';
  readonly id: string;
  readonly name: string;
  readonly model: Model;
  /** System prompt of an agent or a team's leader. */
  readonly instructions: string;
}

/** A model as agno describes it in `agent_data`. */
export interface Model {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
}
