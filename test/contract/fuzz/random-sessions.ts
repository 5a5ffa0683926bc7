import type { SeededRandom } from '../../support/seeded-random.js';
import { type GivenSession, rawJson } from '../harness/given-session.js';
import { randomObject, randomValue } from './random-values.js';

const RUN_NAMES = [
  ...['parent_run_id', 'user_id', 'content', 'content_type'],
  ...['input', 'messages', 'metrics', 'tools', 'events', 'reasoning_content', 'reasoning_steps', 'reasoning_messages'],
  ...['references', 'images', 'videos', 'audio', 'files', 'metadata', 'session_state', 'citations', 'response_audio'],
  ...['step_results', 'step_executor_runs', 'followups', 'forked_from_message_index', 'cancellation_stage', 'model'],
];
const MESSAGE_NAMES = [
  ...['id', 'role', 'content', 'created_at', 'from_history', 'tool_calls', 'tool_call_id', 'metrics', 'name', 'images'],
  ...[
    'reasoning_content',
    'provider_data',
    'citations',
    'audio',
    'stop_after_tool_call',
    'references',
    'files',
    'redacted_reasoning_content',
  ],
];
const DATA_NAMES = ['session_name', 'session_state', 'session_metrics', 'total_tokens', 'images', 'other'];
const COMPONENT_NAMES = ['name', 'sdk', 'framework', 'agent_id', 'model', 'instructions'];
const INPUT_NAMES = ['input_content', 'images', 'videos', 'audios', 'files', 'content'];
const ANY_NAMES = ['a', 'b', 'tags', 'step'];

const INVALID_TIMES = ['1760000099.5', '"2025-10-09T08:53:20Z"', 'null', '0', 'true', 'false'];

const KINDS = ['agent', 'team', 'workflow'] as const;

/** A session `f` of user `own` with random columns: mostly values that agno writes, sometimes invalid ones. */
export function randomSession(random: SeededRandom): GivenSession {
  const kind = random.pick(KINDS);
  const columns: Record<string, unknown> = {};
  const maybe = (name: string, json: () => string) => {
    if (!random.oneIn(3)) columns[name] = rawJson(random.oneIn(8) ? 'null' : json());
  };
  columns.session_data = rawJson(sessionData(random));
  maybe(`${kind}_data`, () => randomObject(random, COMPONENT_NAMES));
  maybe('metadata', () => randomObject(random, [...ANY_NAMES, 'sdk']));
  // Only summaries as agno writes them, and none for workflows, because AgentOS's PATCH loses all others.
  if (kind !== 'workflow') maybe('summary', () => summary(random));
  const runs = Array.from({ length: random.below(4) }, (_, index) => rawJson(randomRun(random, kind, `f-${index}`)));
  return {
    session_id: 'f',
    session_type: kind,
    [`${kind}_id`]: `${kind}-x`,
    user_id: 'own',
    created_at: random.pick([1_760_000_000, 0, -5]),
    updated_at: random.pick([1_760_000_000, null, 1_760_000_123]),
    ...columns,
    runs,
  };
}

function summary(random: SeededRandom): string {
  const members = new Map([['summary', randomValue(random, ANY_NAMES)]]);
  if (random.oneIn(2)) members.set('topics', '["a","b"]');
  if (random.oneIn(2)) members.set('updated_at', '"2025-10-09T08:53:20+00:00"');
  return objectText(members);
}

function sessionData(random: SeededRandom): string {
  const members = new Map<string, string>();
  for (const name of random.some(4, () => random.pick(DATA_NAMES))) members.set(name, randomValue(random, ANY_NAMES));
  if (random.oneIn(2)) members.set('session_name', '"Named"');
  if (random.oneIn(2)) members.set('session_state', randomObject(random, ANY_NAMES));
  if (random.oneIn(2)) members.set('session_metrics', '{"total_tokens":12,"cost":1.50}');
  return objectText(members);
}

function randomRun(random: SeededRandom, kind: string, id: string): string {
  const owner = random.oneIn(8) ? random.pick(KINDS) : kind;
  const members = new Map([
    ['run_id', JSON.stringify(id)],
    [`${owner}_id`, `"${owner}-x"`],
    ['status', random.pick(['"COMPLETED"', '"PAUSED"', '"ERROR"', '"CANCELLED"'])],
    ['created_at', random.pick(['1760000100', '1760000100', ...INVALID_TIMES])],
    ['content', '"answer"'],
    ['content_type', '"str"'],
  ]);
  if (!random.oneIn(3)) members.set('messages', messages(random));
  if (random.oneIn(2)) members.set('input', randomObject(random, INPUT_NAMES));
  for (const name of random.some(2, () => random.pick(RUN_NAMES)))
    members.set(name, randomValue(random, [...ANY_NAMES, ...MESSAGE_NAMES]));
  return objectText(members);
}

function messages(random: SeededRandom): string {
  const list = Array.from({ length: random.below(4) }, (_, index) => {
    const members = new Map([
      ['id', `"m-${index}"`],
      ['role', random.pick(['"user"', '"assistant"', '"system"', '"tool"'])],
      ['content', random.oneIn(6) ? randomValue(random, ['type', 'text', 'image_url']) : `"words ${index}"`],
      ['created_at', '1760000101'],
      ['from_history', 'false'],
    ]);
    for (const name of random.some(1, () => random.pick(MESSAGE_NAMES)))
      members.set(name, randomValue(random, ANY_NAMES, 1));
    return objectText(members);
  });
  return `[${list.join(',')}]`;
}

function objectText(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}
