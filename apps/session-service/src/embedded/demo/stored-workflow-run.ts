import type { Component } from './component.js';
import { agentRun, type BuiltRun, type Exchange, type RunScope } from './stored-run.js';
import type { StepTemplate } from './topic.js';
import type { StoredObject } from './transcript.js';

/** A run of a workflow. AgentOS keeps the runs of its steps inside of it, and their results beside them. */
export function workflowRun(scope: RunScope, exchange: Exchange, startedAt: number): BuiltRun {
  const { component, random, sessionId, userId } = scope;
  const { status, failure } = exchange;
  const runId = random.uuid();
  const steps = executeSteps(scope, exchange, runId, startedAt);
  const endedAt = steps.at(-1)?.endedAt ?? startedAt;
  const run = {
    run_id: runId,
    session_id: sessionId,
    ...(userId !== undefined && { user_id: userId }),
    workflow_id: component.id,
    workflow_name: component.name,
    input: exchange.ask,
    ...contentOf(exchange),
    content_type: 'str',
    status,
    created_at: Math.floor(startedAt),
    metadata: {},
    images: [],
    videos: [],
    audio: [],
    files: [],
    step_results: steps.map(({ result }) => result),
    step_executor_runs: steps.map((step) => step.run),
    metrics: {
      steps: Object.fromEntries(steps.map(({ name, metrics }) => [name, metrics])),
      duration: endedAt - startedAt,
    },
    ...(status === 'PAUSED' && pausedMembers(exchange, random.uuid())),
    ...(failure !== undefined && { events: [errorEvent(scope, runId, failure.message, endedAt)] }),
    ...(status === 'CANCELLED' && { cancellation_stage: 'EXECUTING' }),
  };
  return { run, endedAt };
}

interface ExecutedStep {
  readonly name: string;
  readonly run: StoredObject;
  readonly result: StoredObject;
  readonly metrics: StoredObject;
  readonly endedAt: number;
}

/** A workflow that did not complete has not executed its last steps. */
function executeSteps(scope: RunScope, exchange: Exchange, runId: string, startedAt: number): ExecutedStep[] {
  const { steps = [], status, failure, ask } = exchange;
  const count = { COMPLETED: steps.length, PAUSED: steps.length - 1, ERROR: 2, CANCELLED: 1, RUNNING: 0 }[status];
  const executed: ExecutedStep[] = [];
  let input = ask;
  for (const [index, step] of steps.slice(0, count).entries()) {
    const isFailed = status === 'ERROR' && index === count - 1 && failure !== undefined;
    const work: Exchange = {
      ask: input,
      answer: step.answer,
      calls: isFailed ? [] : (step.calls ?? []),
      status: isFailed ? 'ERROR' : 'COMPLETED',
      ...(isFailed && { failure }),
    };
    executed.push(executeStep(scope, step, work, runId, (executed.at(-1)?.endedAt ?? startedAt) + 0.2));
    input = step.answer;
  }
  return executed;
}

function executeStep(
  scope: RunScope,
  step: StepTemplate,
  work: Exchange,
  runId: string,
  startedAt: number,
): ExecutedStep {
  const { component, random } = scope;
  const stepId = random.uuid();
  const agent: Component = {
    type: 'agent',
    id: step.agent.toLowerCase(),
    name: step.agent,
    model: component.model,
    instructions: `You are the ${step.agent.toLowerCase()} of the editorial team of an outdoor shop.`,
  };
  const more = { parent_run_id: runId, workflow_id: component.id, workflow_step_id: stepId };
  const { run, endedAt } = agentRun({ ...scope, component: agent, more }, work, startedAt);
  const isFailed = work.status === 'ERROR';
  return {
    name: step.step,
    run,
    endedAt,
    metrics: { metrics: run['metrics'], step_name: step.step, executor_name: step.agent, executor_type: 'agent' },
    result: {
      step_name: step.step,
      step_id: stepId,
      step_type: 'Step',
      step_run_id: run['run_id'],
      executor_name: step.agent,
      executor_type: 'agent',
      content: run['content'],
      metrics: run['metrics'],
      success: !isFailed,
      error: isFailed ? run['content'] : null,
      stop: false,
      is_paused: false,
      images: null,
      videos: null,
      audio: null,
      files: null,
    },
  };
}

function contentOf({ status, answer, failure }: Exchange): StoredObject {
  if (status === 'COMPLETED') return { content: answer };
  return failure === undefined ? {} : { content: failure.message };
}

/** What a client needs to continue: the step that waits for a confirmation. */
function pausedMembers({ steps = [] }: Exchange, stepId: string): StoredObject {
  const index = steps.length - 1;
  const name = steps[index]?.step ?? '';
  return {
    paused_step_index: index,
    paused_step_name: name,
    pause_kind: 'step',
    step_requirements: [
      {
        step_id: stepId,
        step_name: name,
        step_index: index,
        step_type: 'Step',
        requires_confirmation: true,
        confirmation_message: `${name}: is the text ready?`,
        on_reject: 'cancel',
        requires_user_input: false,
        requires_route_selection: false,
        requires_output_review: false,
        allow_multiple_selections: false,
        is_post_execution: false,
        retry_count: 0,
        on_timeout: 'cancel',
      },
    ],
  };
}

function errorEvent({ component, sessionId }: RunScope, runId: string, error: string, at: number): StoredObject {
  return {
    event: 'WorkflowError',
    workflow_id: component.id,
    workflow_name: component.name,
    run_id: runId,
    session_id: sessionId,
    error,
    nested_depth: 0,
    created_at: Math.floor(at),
  };
}
