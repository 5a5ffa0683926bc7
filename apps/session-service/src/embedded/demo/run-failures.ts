import type { Model } from './component.js';
import type { DemoRandom } from './demo-random.js';

/** Why a run failed, with the two texts that AgentOS stores in its event. */
export interface RunFailure {
  readonly message: string;
  /** `type` of agno's exception, or the name of another exception's class. */
  readonly type: string;
  /** The tool that failed and its traceback; undefined if the model's provider failed. */
  readonly tool?: { readonly name: string; readonly args: object; readonly traceback: string };
}

/** A failure of the model's provider or of a tool, in their own words. */
export function chooseFailure({ id, provider }: Model, random: DemoRandom): RunFailure {
  if (random.chance(0.35)) return toolFailure(random);
  const message = random.pick(provider === 'Anthropic' ? ANTHROPIC : OPENAI)(id, random);
  return { type: 'model_provider_error', message };
}

type Message = (model: string, random: DemoRandom) => string;

const OPENAI: readonly Message[] = [
  (model, random) =>
    `Error code: 429 - {'error': {'message': 'Rate limit reached for ${model} on tokens per min (TPM): Limit 200000, Used ${random.integer(190_000, 199_999)}, Requested ${random.integer(9_000, 14_000)}. Please try again in ${random.integer(300, 4_000)}ms.', 'type': 'tokens', 'param': None, 'code': 'rate_limit_exceeded'}}`,
  (_, random) =>
    `Error code: 400 - {'error': {'message': "This model's maximum context length is 128000 tokens. However, your messages resulted in ${random.integer(128_100, 171_000)} tokens. Please reduce the length of the messages.", 'type': 'invalid_request_error', 'param': 'messages', 'code': 'context_length_exceeded'}}`,
  () => 'Request timed out.',
];

const ANTHROPIC: readonly Message[] = [
  () => "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
  (_, random) =>
    `Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'prompt is too long: ${random.integer(200_100, 240_000)} tokens > 200000 maximum'}}`,
];

const BROKEN_TOOLS = [
  {
    name: 'get_order',
    args: { order_id: 'A-118402' },
    file: 'orders.py',
    type: 'ConnectionError',
    reason: '"connection refused: 10.4.0.17:5432"',
  },
  { name: 'render_report', args: { format: 'pdf' }, file: 'reports.py', type: 'KeyError', reason: "'currency'" },
  {
    name: 'search',
    args: { query: 'delivery times', limit: 20 },
    file: 'search.py',
    type: 'TimeoutError',
    reason: '"no answer within 30 s"',
  },
];

function toolFailure(random: DemoRandom): RunFailure {
  const { name, args, file, type, reason } = random.pick(BROKEN_TOOLS);
  const message = `${type}: ${reason.replaceAll('"', '')}`;
  const traceback = [
    'Traceback (most recent call last):',
    '  File "/app/agents/runtime.py", line 212, in execute',
    '    result = self.entrypoint(**arguments)',
    `  File "/app/tools/${file}", line 58, in ${name}`,
    '    return self._load(arguments)',
    `  File "/app/tools/${file}", line 91, in _load`,
    `    raise ${type}(${reason})`,
    message,
  ].join('\n');
  return { type, message, tool: { name, args, traceback } };
}
