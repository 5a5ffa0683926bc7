import analyst from './topics/analyst.json' with { type: 'json' };
import content from './topics/content.json' with { type: 'json' };
import review from './topics/review.json' with { type: 'json' };
import support from './topics/support.json' with { type: 'json' };
import travel from './topics/travel.json' with { type: 'json' };

/** A call of a tool. An object as result becomes its JSON text, as AgentOS passes it to a model. */
export interface CallTemplate {
  readonly tool: string;
  readonly args: object;
  readonly result: unknown;
  /** True: the tool raised an exception. */
  readonly failed?: boolean;
}

/** A task that the leader of a team gives to a member, and the member's answer. */
export interface MemberTemplate {
  readonly member: string;
  readonly task: string;
  readonly calls?: readonly CallTemplate[];
  readonly answer: string;
  readonly failed?: boolean;
}

/** A step of a workflow. The agent's input is the question, or the answer of the step before. */
export interface StepTemplate {
  readonly step: string;
  readonly agent: string;
  readonly calls?: readonly CallTemplate[];
  readonly answer: string;
}

/** One exchange: what the user asks, what happens meanwhile, and the answer. */
export interface TurnTemplate {
  readonly ask: string;
  readonly reasoning?: string;
  /** Steps of agno's reasoning agent. */
  readonly reasoningSteps?: readonly object[];
  readonly calls?: readonly CallTemplate[];
  readonly members?: readonly MemberTemplate[];
  readonly steps?: readonly StepTemplate[];
  readonly answer: string;
}

/** A conversation with placeholders such as `{order}` or `{item.price}` for words of its topic. */
export interface Scenario {
  readonly title: string;
  readonly turns: readonly TurnTemplate[];
  readonly summary?: string;
  readonly topics?: readonly string[];
  readonly state?: object;
}

/** The alternatives of a placeholder: a list, or a range of integers such as `3..40`. `#` in a list is any digit. */
export type WordChoices = string | readonly unknown[];

/** What people talk about with one agent, team or workflow. */
export interface Topic {
  readonly words: Readonly<Record<string, WordChoices>>;
  readonly scenarios: readonly Scenario[];
  /** Exchanges that may follow any scenario. */
  readonly followUps: readonly TurnTemplate[];
  /** An exchange whose last tool call waits for a confirmation. A workflow has none: its last step waits. */
  readonly confirmation?: TurnTemplate;
}

export const SUPPORT: Topic = support;
export const TRAVEL: Topic = travel;
export const ANALYST: Topic = analyst;
export const REVIEW: Topic = review;
export const CONTENT: Topic = content;
