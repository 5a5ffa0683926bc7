/** A stored object, of which a test names only the members that it is about. */
type Stored = Readonly<Record<string, unknown>>;

/** 2026-01-01T00:00:00Z in seconds. */
const START = 1_767_225_600;

/** A run of an agent with a question and an answer, as the body of `POST /sessions` has it. `more` adds and replaces members. */
export function agentRun(id: string, question: string, answer: string, more: Stored = {}) {
  return {
    run_id: id,
    agent_id: 'guide',
    status: 'COMPLETED',
    content: answer,
    created_at: START,
    messages: [userMessage(id, question), assistantMessage(id, answer)],
    ...more,
  };
}

/** Runs of one minute each. @param count of them */
export function manyRuns(prefix: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix}${index + 1}`;
    return agentRun(name, `Question ${index + 1}`, `Answer ${index + 1}`, { created_at: START + index * 60 });
  });
}

/** A message of the user. Its id is `RUN-question`. */
export function userMessage(runId: string, content: unknown, more: Stored = {}) {
  return { id: `${runId}-question`, role: 'user', content, created_at: START, ...more };
}

/** A message of the agent. Its id is `RUN-answer`. */
export function assistantMessage(runId: string, content: unknown, more: Stored = {}) {
  return { id: `${runId}-answer`, role: 'assistant', content, created_at: START + 2, ...more };
}

/** The two messages and the execution of a tool call. */
export function toolCall(id: string, name: string, args: Stored, result: string, failed = false) {
  const call = { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
  const metrics = { duration: 0.32 };
  return {
    messages: [
      { id: `${id}-call`, role: 'assistant', tool_calls: [call], created_at: START + 1 },
      {
        id: `${id}-result`,
        role: 'tool',
        content: result,
        tool_call_id: id,
        tool_name: name,
        tool_call_error: failed,
        metrics,
        created_at: START + 1,
      },
    ],
    execution: { tool_call_id: id, tool_name: name, tool_args: args, tool_call_error: failed, result, metrics },
  };
}
