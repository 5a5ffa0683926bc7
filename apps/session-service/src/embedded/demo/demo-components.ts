import type { Component, Model } from './component.js';
import { ANALYST, CONTENT, REVIEW, SUPPORT, type Topic, TRAVEL } from './topic.js';

/** An agent, team or workflow of the demo with what people ask it. */
export interface DemoComponent extends Component {
  readonly topic: Topic;
  /** Number of generated sessions. */
  readonly sessions: number;
}

const GPT: Model = { id: 'gpt-5-mini', name: 'OpenAIChat', provider: 'OpenAI' };
const CLAUDE: Model = { id: 'claude-sonnet-4-5', name: 'Claude', provider: 'Anthropic' };

export const SUPPORT_DESK: DemoComponent = {
  type: 'agent',
  id: 'support-desk',
  name: 'Support Desk',
  model: GPT,
  instructions: 'You help the customers of an outdoor shop. Look things up before you answer; be brief and friendly.',
  topic: SUPPORT,
  sessions: 112,
};

export const TRAVEL_PLANNER: DemoComponent = {
  type: 'team',
  id: 'travel-planner',
  name: 'Travel Planner',
  model: CLAUDE,
  instructions: 'You lead a team that plans trips. Members: Flights, Hotels, Weather. Delegate, then write one answer.',
  topic: TRAVEL,
  sessions: 52,
};

export const DATA_ANALYST: DemoComponent = {
  type: 'agent',
  id: 'data-analyst',
  name: 'Data Analyst',
  model: GPT,
  instructions: 'You answer questions about sales with SQL on a read-only database. Show tables in Markdown.',
  topic: ANALYST,
  sessions: 54,
};

export const CODE_REVIEWER: DemoComponent = {
  type: 'agent',
  id: 'code-reviewer',
  name: 'Code Reviewer',
  model: CLAUDE,
  instructions: 'You review code. Correctness first, then tests, then names. Quote the line that you mean.',
  topic: REVIEW,
  sessions: 38,
};

export const CONTENT_PIPELINE: DemoComponent = {
  type: 'workflow',
  id: 'content-pipeline',
  name: 'Content Pipeline',
  model: GPT,
  instructions: '',
  topic: CONTENT,
  sessions: 32,
};

export const COMPONENTS = [SUPPORT_DESK, TRAVEL_PLANNER, DATA_ANALYST, CODE_REVIEWER, CONTENT_PIPELINE];

/** Ids of users who do not exist. */
export const USERS: readonly string[] = (
  'ada alan alonzo anita barbara bjarne carol chen claude dennis donald dorothy edsger evelyn frances grace grete ' +
  'hedy ivan jean joan john karen katherine kurt leslie lin margaret mary maurice niklaus noor radia robin shafi ' +
  'sophie stephen tim wei yukihiro'
).split(' ');
