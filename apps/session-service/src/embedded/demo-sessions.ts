import type { HttpConfig } from '../config/config.module.js';
import conversations from './demo-conversations.json' with { type: 'json' };
import { localUrl } from './welcome.js';

/** One sample session in short form. `demoSessions` expands it to the data that AgentOS would have stored. */
interface Conversation {
  readonly id: string;
  readonly type: 'agent' | 'team' | 'workflow';
  /** Name of the agent, team or workflow. The component id is derived from it. */
  readonly component: string;
  readonly userId: string;
  /** If undefined, clients show the first question as title. */
  readonly name?: string;
  readonly turns: readonly Turn[];
  readonly summary?: { readonly summary: string; readonly topics: readonly string[] };
  readonly state?: object;
  readonly metadata?: object;
}

interface Turn {
  readonly question: string;
  readonly answer: string;
  /** For an agent a tool call before the answer; for a team or a workflow the run of a member. */
  readonly helper?: { readonly name: string; readonly input: string; readonly output: string };
  readonly status?: 'COMPLETED' | 'PAUSED' | 'ERROR' | 'CANCELLED';
}

/** The type and the body of a `POST /sessions` request per sample session, with runs as AgentOS stores them. */
export function demoSessions(): { type: string; body: object }[] {
  return (conversations as readonly Conversation[]).map((conversation) => ({
    type: conversation.type,
    body: sessionBody(conversation),
  }));
}

function sessionBody(conversation: Conversation): object {
  const { id, type, userId, name, state, metadata, summary, turns } = conversation;
  return {
    session_id: id,
    [`${type}_id`]: componentId(conversation),
    user_id: userId,
    ...(name !== undefined && { session_name: name }),
    ...(state !== undefined && { session_state: state }),
    ...(metadata !== undefined && { metadata }),
    ...(summary !== undefined && { summary: { ...summary, updated_at: new Date(FIRST_SECOND * 1000).toISOString() } }),
    runs: turns.map((turn, index) => RUN_BUILDERS[type](conversation, turn, index)),
  };
}

type RunBuilder = (conversation: Conversation, turn: Turn, index: number) => object;

const RUN_BUILDERS: Record<Conversation['type'], RunBuilder> = {
  agent: (conversation, turn, index) => ({
    ...commonPart(conversation, turn, index),
    ...chatPart(conversation, turn, index),
    agent_id: componentId(conversation),
    agent_name: conversation.component,
    model: 'gpt-4o-mini',
    model_provider: 'OpenAI',
  }),
  team: (conversation, turn, index) => ({
    ...commonPart(conversation, turn, index),
    ...chatPart(conversation, { ...turn, helper: undefined }, index),
    team_id: componentId(conversation),
    team_name: conversation.component,
    member_responses: turn.helper === undefined ? [] : [memberRun(conversation, turn.helper, index)],
  }),
  workflow: (conversation, turn, index) => ({
    ...commonPart(conversation, turn, index),
    input: turn.question,
    workflow_id: componentId(conversation),
    workflow_name: conversation.component,
    step_results: [],
    step_executor_runs: turn.helper === undefined ? [] : [memberRun(conversation, turn.helper, index)],
  }),
};

function commonPart({ id, userId }: Conversation, { answer, status }: Turn, index: number): object {
  return {
    run_id: runId(id, index),
    session_id: id,
    user_id: userId,
    content: answer,
    content_type: 'str',
    status: status ?? 'COMPLETED',
    created_at: createdAt(index),
  };
}

function chatPart({ id }: Conversation, { question, answer, helper }: Turn, index: number): object {
  const message = (role: string, content: string | undefined, more: object = {}) => ({
    role,
    ...(content !== undefined && { content }),
    from_history: false,
    stop_after_tool_call: false,
    created_at: createdAt(index),
    ...more,
  });
  const callId = `${runId(id, index)}-call`;
  const toolMessages =
    helper === undefined
      ? []
      : [
          message('assistant', undefined, {
            tool_calls: [{ id: callId, type: 'function', function: { name: helper.name, arguments: helper.input } }],
          }),
          message('tool', helper.output, { tool_call_id: callId, tool_name: helper.name, tool_call_error: false }),
        ];
  const messages = [message('user', question), ...toolMessages, message('assistant', answer)];
  return {
    input: { input_content: question },
    messages: messages.map((entry, position) => ({ id: `${runId(id, index)}-message-${position + 1}`, ...entry })),
    metrics: {
      input_tokens: question.length,
      output_tokens: answer.length,
      total_tokens: question.length + answer.length,
      duration: 1.25,
    },
    ...(helper !== undefined && {
      tools: [
        {
          tool_call_id: callId,
          tool_name: helper.name,
          tool_args: JSON.parse(helper.input),
          result: helper.output,
          tool_call_error: false,
        },
      ],
    }),
  };
}

function memberRun(conversation: Conversation, helper: NonNullable<Turn['helper']>, index: number): object {
  const member: Conversation = { ...conversation, id: `${conversation.id}-member`, component: helper.name };
  const run = RUN_BUILDERS.agent(member, { question: helper.input, answer: helper.output }, index);
  return { ...run, session_id: conversation.id, parent_run_id: runId(conversation.id, index) };
}

function componentId({ component }: Conversation): string {
  return component.toLowerCase().replaceAll(' ', '-');
}

function runId(sessionId: string, index: number): string {
  return `${sessionId}-run-${index + 1}`;
}

function createdAt(index: number): number {
  return FIRST_SECOND + index * 60;
}

/** Time of the first run of every conversation: 2026-05-04T09:00:00Z in Unix seconds. */
const FIRST_SECOND = 1_777_885_200;

/**
 * Creates the sample sessions through the service's own API. Sessions from an earlier start (409) stay unchanged.
 * Resolves with their number.
 *
 * @param key of the service, if it has one. With JWT only, the service rejects the sessions.
 * @throws Error with the response if the service rejects a session
 */
export async function loadDemo(http: Pick<HttpConfig, 'host' | 'port'>, key: string | undefined): Promise<number> {
  const sessions = demoSessions();
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  for (const { type, body } of sessions) {
    const response = await fetch(`${localUrl(http)}/sessions?type=${type}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const responseBody = await response.text();
    if (response.status !== 201 && response.status !== 409) {
      throw new Error(`The service rejected a demo session: ${response.status} ${responseBody}`);
    }
  }
  return sessions.length;
}
