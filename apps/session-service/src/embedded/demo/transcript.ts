import type { DemoMedia } from './demo-media.js';
import type { DemoRandom } from './demo-random.js';
import type { CallTemplate } from './topic.js';

/** A JSON object in the form in which AgentOS stores it. */
export type StoredObject = Record<string, unknown>;

/** The members of an assistant message or of a run that count tokens. */
interface TokenCounts {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
}

/** Options of a tool call of an agent. */
export interface CallOptions {
  /** Seconds that the tool takes; by default a random short time. */
  readonly seconds?: number;
  /** The run that the call started: a member's. */
  readonly childRunId?: string;
  /** True: the tool waits for a person, and has no result yet. */
  readonly waits?: boolean;
  /** Images that the tool returned. agno passes them to the model in a message of their own. */
  readonly images?: DemoMedia['images'];
}

/**
 * The messages and tool executions of one run as agno's classes write them, with a clock that each step advances, so
 * that the times and durations of a run agree.
 */
export class Transcript {
  readonly messages: StoredObject[] = [];
  readonly tools: StoredObject[] = [];
  private readonly counts = { input: 0, output: 0 };
  private characters = 0;

  /** @param now Unix seconds, with fractions */
  constructor(
    private readonly random: DemoRandom,
    public now: number,
  ) {}

  /** Tokens of all answers of the model so far. */
  get tokens(): TokenCounts {
    return tokenCounts(this.counts.input, this.counts.output);
  }

  /** Adds a message of the system or the user. */
  add(role: 'system' | 'user', content: string, more: StoredObject = {}): void {
    this.push({ role, content, ...more });
  }

  /** Adds an answer of the model. */
  answer(content: string, more: StoredObject = {}): void {
    this.now += this.thinkingSeconds(content);
    this.push({ role: 'assistant', content, ...more, metrics: this.count(content) });
  }

  /** Adds calls that the model makes at once, and their results in the same order. */
  call(calls: readonly CallTemplate[], options: readonly CallOptions[] = [], more: StoredObject = {}): void {
    const requests = calls.map(({ tool, args }) => ({
      id: `call_${this.random.uuid().replaceAll('-', '').slice(0, 24)}`,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(args) },
    }));
    const metrics = this.count(JSON.stringify(requests));
    this.now += this.random.between(0.5, 1.6);
    this.push({ role: 'assistant', ...more, tool_calls: requests, metrics });
    const started = this.now;
    for (const [index, call] of calls.entries()) {
      this.now = started;
      this.execute(call, requests[index]?.id ?? '', options[index] ?? {});
    }
    for (const tool of this.tools.slice(-calls.length)) {
      const { end_time } = (tool['metrics'] ?? {}) as { end_time?: number };
      this.now = Math.max(this.now, end_time ?? 0);
    }
    const images = options.flatMap((option) => option.images ?? []);
    if (images.length > 0) this.add('user', 'Take note of the following content', { images });
  }

  private execute(call: CallTemplate, id: string, options: CallOptions): void {
    const { tool, args, failed = false } = call;
    const seconds = options.seconds ?? (failed ? this.random.between(2, 10) : this.random.between(0.04, 1.9));
    const isWaiting = options.waits === true;
    const result = typeof call.result === 'string' ? call.result : JSON.stringify(call.result);
    const started = this.now;
    this.tools.push({
      ...UNUSED_TOOL_FIELDS,
      tool_call_id: id,
      tool_name: tool,
      tool_args: args,
      tool_call_error: isWaiting ? null : failed,
      result: isWaiting ? null : result,
      metrics: isWaiting ? null : { start_time: started, end_time: started + seconds, duration: seconds },
      child_run_id: options.childRunId ?? null,
      stop_after_tool_call: false,
      created_at: Math.floor(started),
      ...(isWaiting && { requires_confirmation: true }),
    });
    if (isWaiting) return;
    this.now += seconds;
    this.push({
      role: 'tool',
      content: result,
      tool_call_id: id,
      tool_name: tool,
      tool_args: args,
      tool_call_error: failed,
      metrics: { duration: seconds },
    });
  }

  private push(message: StoredObject): void {
    this.messages.push({
      id: this.random.uuid(),
      ...message,
      from_history: false,
      stop_after_tool_call: false,
      created_at: Math.floor(this.now),
    });
    this.characters += String(message['content'] ?? '').length;
  }

  /** Counts about four characters as a token, as most tokenizers do for English. */
  private count(output: string): TokenCounts {
    const counts = tokenCounts(Math.ceil(this.characters / 4) + 12, Math.ceil(output.length / 4));
    this.counts.input += counts.input_tokens;
    this.counts.output += counts.output_tokens;
    return counts;
  }

  private thinkingSeconds(content: string): number {
    return this.random.between(0.5, 1.8) + Math.min(content.length, 8_000) / 260;
  }
}

function tokenCounts(input: number, output: number): TokenCounts {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}

/** agno writes the fields of a ToolExecution that are not set as null. */
const UNUSED_TOOL_FIELDS = {
  requires_confirmation: null,
  confirmed: null,
  confirmation_note: null,
  requires_user_input: null,
  user_input_schema: null,
  user_feedback_schema: null,
  answered: null,
  external_execution_required: null,
  external_execution_silent: null,
  approval_type: null,
  approval_id: null,
  parent_tool_call_id: null,
};
