import type { Component, Model } from './component.js';
import type { DemoMedia } from './demo-media.js';
import type { DemoRandom } from './demo-random.js';
import type { RunFailure } from './run-failures.js';
import type { TurnTemplate } from './topic.js';
import { type CallOptions, type StoredObject, Transcript } from './transcript.js';

/** An exchange with what became of it. */
export interface Exchange extends TurnTemplate {
  readonly status: 'COMPLETED' | 'PAUSED' | 'ERROR' | 'CANCELLED' | 'RUNNING';
  readonly failure?: RunFailure;
  /** Media that the user sent. */
  readonly media?: DemoMedia;
  /** Images that the last tool call returned. */
  readonly images?: DemoMedia['images'];
}

/** What the runs of one session have in common. */
export interface RunScope {
  readonly random: DemoRandom;
  readonly sessionId: string;
  /** Undefined: nobody had signed in. */
  readonly userId: string | undefined;
  readonly component: Component;
  /** Members that only this run has, such as `parent_run_id`. */
  readonly more?: StoredObject;
}

/** A run with its end, in Unix seconds with fractions. */
export interface BuiltRun {
  readonly run: StoredObject;
  readonly endedAt: number;
}

/** A run of an agent, in the form in which AgentOS stores it. */
export function agentRun(scope: RunScope, exchange: Exchange, startedAt: number): BuiltRun {
  const { component, random } = scope;
  const transcript = new Transcript(random, startedAt);
  const tools = () => addCalls(transcript, exchange);
  return finishRun(scope, exchange, startedAt, transcript, tools, {
    agent_id: component.id,
    agent_name: component.name,
  });
}

/**
 * Writes the messages of a run, and the run itself.
 *
 * @param work adds what happens between question and answer
 * @param owner the members that name the agent or team
 */
export function finishRun(
  scope: RunScope,
  exchange: Exchange,
  startedAt: number,
  transcript: Transcript,
  work: () => void,
  owner: StoredObject,
): BuiltRun {
  const { component, random, sessionId, userId } = scope;
  const { status, ask, media } = exchange;
  const runId = random.uuid();
  const common = {
    run_id: runId,
    session_id: sessionId,
    ...(userId !== undefined && { user_id: userId }),
    ...owner,
    ...scope.more,
    model: component.model.id,
    model_provider: component.model.provider,
    input: { input_content: ask, ...inputMedia(media) },
    status,
    created_at: Math.floor(startedAt),
    content_type: 'str',
  };
  // AgentOS stores the messages of a run when it ends.
  if (status === 'RUNNING') return { run: common, endedAt: startedAt };
  transcript.add('system', component.instructions);
  transcript.add('user', ask, { ...media });
  work();
  const outcome = endRun(transcript, exchange, { runId, sessionId, owner, random });
  const seconds = transcript.now - startedAt;
  const run = {
    ...common,
    messages: transcript.messages,
    tools: transcript.tools,
    metrics: runMetrics(component.model, transcript, seconds, random),
    ...(exchange.images !== undefined && { images: exchange.images }),
    ...outcome,
  };
  return { run, endedAt: transcript.now };
}

/** Adds the tool calls of an exchange, one after the other, and the one that made it fail. */
export function addCalls(transcript: Transcript, exchange: Exchange): void {
  const { calls = [], reasoning, status, failure } = exchange;
  const thoughts = reasoning === undefined ? {} : { reasoning_content: reasoning };
  const last = calls.length - 1;
  for (const [index, call] of calls.entries()) {
    const isLast = index === last;
    const options: CallOptions = {
      waits: status === 'PAUSED' && isLast,
      images: isLast ? (exchange.images ?? []) : [],
    };
    transcript.call([call], [options], index === 0 ? thoughts : {});
  }
  if (failure?.tool === undefined) return;
  const { name, args, traceback } = failure.tool;
  transcript.call([{ tool: name, args, result: traceback, failed: true }]);
}

interface EndOfRun {
  readonly runId: string;
  readonly sessionId: string;
  readonly owner: StoredObject;
  readonly random: DemoRandom;
}

/** Adds the last message, and returns the members of the run that depend on its status. */
function endRun(transcript: Transcript, exchange: Exchange, end: EndOfRun): StoredObject {
  const { status, answer, failure, reasoning, reasoningSteps, calls = [] } = exchange;
  const thoughts = reasoning === undefined ? {} : { reasoning_content: reasoning };
  if (status === 'ERROR' && failure !== undefined) {
    transcript.now += end.random.between(1, 12);
    return { content: failure.message, events: [errorEvent(transcript, failure, end)] };
  }
  if (status === 'CANCELLED') {
    const partial = answer.slice(0, Math.ceil(answer.length / 3)).toWellFormed();
    transcript.answer(partial);
    return { content: partial, cancellation_stage: 'EXECUTING' };
  }
  if (status === 'PAUSED') {
    const waiting = transcript.tools.filter((tool) => tool['requires_confirmation'] === true);
    return {
      content: 'I have tools to execute, but I need confirmation.',
      requirements: waiting.map((tool) => ({
        id: end.random.uuid(),
        created_at: new Date(transcript.now * 1000).toISOString().replace('Z', '000+00:00'),
        tool_execution: tool,
      })),
    };
  }
  transcript.answer(answer, calls.length === 0 ? thoughts : {});
  return { content: answer, ...thoughts, ...(reasoningSteps !== undefined && { reasoning_steps: reasoningSteps }) };
}

function errorEvent(transcript: Transcript, failure: RunFailure, { owner, runId, sessionId }: EndOfRun): StoredObject {
  return {
    ...owner,
    run_id: runId,
    session_id: sessionId,
    event: 'team_id' in owner ? 'TeamRunError' : 'RunError',
    content: failure.message,
    error_type: failure.type,
    nested_depth: 0,
    created_at: Math.floor(transcript.now),
  };
}

function runMetrics(model: Model, transcript: Transcript, seconds: number, random: DemoRandom): StoredObject {
  const { tokens } = transcript;
  // agno leaves out counts of 0: the model has not answered.
  if (tokens.total_tokens === 0) return { duration: seconds };
  return {
    ...tokens,
    duration: seconds,
    time_to_first_token: random.between(0.2, 0.5),
    details: { model: [{ id: model.id, provider: model.provider, ...tokens }] },
  };
}

/** The input of a run names its audio otherwise than a message. */
function inputMedia(media: DemoMedia | undefined): StoredObject {
  const { audio, ...others } = media ?? {};
  return { ...others, ...(audio !== undefined && { audios: audio }) };
}
