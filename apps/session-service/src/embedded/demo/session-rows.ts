import type { ImportedSession } from '@session-service/storage';
import type { Component } from './component.js';
import type { DemoRandom } from './demo-random.js';
import { agentRun, type BuiltRun, type Exchange, type RunScope } from './stored-run.js';
import { teamRuns } from './stored-team-run.js';
import { workflowRun } from './stored-workflow-run.js';
import type { StoredObject } from './transcript.js';

/** A conversation before it is written as AgentOS would store it. */
export interface Conversation {
  readonly id: string;
  readonly component: Component;
  /** Undefined: nobody had signed in. */
  readonly userId: string | undefined;
  /** Undefined: clients show the first question instead. */
  readonly name?: string | undefined;
  readonly exchanges: readonly Exchange[];
  /** Seconds between the end of an exchange and the next question, one for each exchange but the first. */
  readonly pauses: readonly number[];
  /** Seconds between the end of the conversation and now. */
  readonly endedAgo: number;
  readonly state?: object | undefined;
  readonly metadata?: object | undefined;
  readonly summary?: { readonly summary: string; readonly topics: readonly string[] } | undefined;
}

type RunBuilder = (scope: RunScope, exchange: Exchange, startedAt: number) => readonly BuiltRun[];

const RUN_BUILDERS: Record<Component['type'], RunBuilder> = {
  agent: (...exchange) => [agentRun(...exchange)],
  team: teamRuns,
  workflow: (...exchange) => [workflowRun(...exchange)],
};

/** Upper limit for the seconds that an exchange takes, so that none ends in the future. */
const MAX_EXCHANGE_SECONDS = 120;

/** The rows of a conversation. @param now Unix seconds */
export function sessionRows(conversation: Conversation, random: DemoRandom, now: number): ImportedSession {
  const { id, component, userId, exchanges, pauses, endedAgo, summary } = conversation;
  const finished = exchanges.filter(({ status }) => status !== 'RUNNING').length;
  const length = pauses.reduce((sum, seconds) => sum + seconds, 0) + finished * MAX_EXCHANGE_SECONDS;
  const startedAt = Math.floor(now - endedAgo - length);
  const scope = { random, sessionId: id, userId, component };
  const runs: BuiltRun[] = [];
  let time = startedAt;
  for (const [index, exchange] of exchanges.entries()) {
    time += pauses[index - 1] ?? 0;
    const built = RUN_BUILDERS[component.type](scope, exchange, time);
    runs.push(...built);
    time = built.at(-1)?.endedAt ?? time;
  }
  return {
    session_id: id,
    session_type: component.type,
    [`${component.type}_id`]: component.id,
    user_id: userId ?? null,
    session_data: sessionData(conversation, runs),
    [`${component.type}_data`]: componentData(conversation),
    metadata: conversation.metadata ?? (component.type === 'workflow' ? {} : null),
    summary: summary === undefined ? null : { ...summary, updated_at: new Date(time * 1000).toISOString() },
    created_at: startedAt,
    updated_at: Math.floor(time),
    runs: runs.map(({ run, endedAt }) => ({ run, updated_at: Math.floor(endedAt) })),
  };
}

function sessionData({ component, name, state }: Conversation, runs: readonly BuiltRun[]): StoredObject | null {
  if (runs.length === 0 && name === undefined) return null;
  return {
    ...(name !== undefined && { session_name: name }),
    session_state: state ?? {},
    ...(runs.length > 0 && { session_metrics: sessionMetrics(component, runs) }),
  };
}

/** The sums over all runs, as agno adds them up. */
function sessionMetrics({ model }: Component, runs: readonly BuiltRun[]): StoredObject {
  const sum = (name: string) =>
    runs.reduce((total, { run }) => {
      const steps = (run['step_executor_runs'] as StoredObject[] | undefined) ?? [run];
      return total + steps.reduce((part, step) => part + tokenCount(step, name), 0);
    }, 0);
  const tokens = {
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    total_tokens: sum('total_tokens'),
  };
  return { ...tokens, details: { model: [{ id: model.id, provider: model.provider, ...tokens }] } };
}

function tokenCount(run: StoredObject, name: string): number {
  const metrics = (run['metrics'] ?? {}) as Record<string, number>;
  return metrics[name] ?? 0;
}

function componentData({ component, exchanges }: Conversation): StoredObject {
  const { type, id, name, model } = component;
  const identity = { [`${type}_id`]: id, name };
  if (type !== 'workflow') return { ...identity, model };
  const steps = exchanges[0]?.steps ?? [];
  return { ...identity, steps: steps.map(({ step }) => ({ name: step, type: 'Step', description: null })) };
}
