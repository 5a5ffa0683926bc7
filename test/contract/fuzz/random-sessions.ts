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

const KINDS = ['agent', 'team', 'workflow'] as const;

/** A session called `f` of user `own` whose columns hold what agno may have written, and now and then what it never would. */
export function randomSession(dice: SeededRandom): GivenSession {
  const kind = dice.pick(KINDS);
  const columns: Record<string, unknown> = {};
  const maybe = (name: string, text: () => string) => {
    if (!dice.oneIn(3)) columns[name] = rawJson(dice.oneIn(8) ? 'null' : text());
  };
  columns.session_data = rawJson(sessionData(dice));
  maybe(`${kind}_data`, () => randomObject(dice, COMPONENT_NAMES));
  maybe('metadata', () => randomObject(dice, [...ANY_NAMES, 'sdk']));
  // PATCH loses other summaries in AgentOS, and those of workflows.
  if (kind !== 'workflow') maybe('summary', () => summary(dice));
  const runs = Array.from({ length: dice.below(4) }, (_, at) => rawJson(oddRun(dice, kind, `f-${at}`)));
  return {
    session_id: 'f',
    session_type: kind,
    [`${kind}_id`]: `${kind}-x`,
    user_id: 'own',
    created_at: dice.pick([1_760_000_000, 0, -5]),
    updated_at: dice.pick([1_760_000_000, null, 1_760_000_123]),
    ...columns,
    runs,
  };
}

function summary(dice: SeededRandom): string {
  const members = new Map([['summary', randomValue(dice, ANY_NAMES)]]);
  if (dice.oneIn(2)) members.set('topics', '["a","b"]');
  if (dice.oneIn(2)) members.set('updated_at', '"2025-10-09T08:53:20+00:00"');
  return objectText(members);
}

function sessionData(dice: SeededRandom): string {
  const members = new Map<string, string>();
  for (const name of dice.some(4, () => dice.pick(DATA_NAMES))) members.set(name, randomValue(dice, ANY_NAMES));
  if (dice.oneIn(2)) members.set('session_name', '"Named"');
  if (dice.oneIn(2)) members.set('session_state', randomObject(dice, ANY_NAMES));
  if (dice.oneIn(2)) members.set('session_metrics', '{"total_tokens":12,"cost":1.50}');
  return objectText(members);
}

function oddRun(dice: SeededRandom, kind: string, id: string): string {
  const owner = dice.oneIn(8) ? dice.pick(KINDS) : kind;
  const members = new Map([
    ['run_id', JSON.stringify(id)],
    [`${owner}_id`, `"${owner}-x"`],
    ['status', dice.pick(['"COMPLETED"', '"PAUSED"', '"ERROR"', '"CANCELLED"'])],
    ['created_at', dice.pick(['1760000100', '1760000100', '1760000099.5', '"2025-10-09T08:53:20Z"', 'null', '0'])],
    ['content', '"answer"'],
    ['content_type', '"str"'],
  ]);
  if (!dice.oneIn(3)) members.set('messages', messages(dice));
  if (dice.oneIn(2)) members.set('input', randomObject(dice, INPUT_NAMES));
  for (const name of dice.some(2, () => dice.pick(RUN_NAMES)))
    members.set(name, randomValue(dice, [...ANY_NAMES, ...MESSAGE_NAMES]));
  return objectText(members);
}

function messages(dice: SeededRandom): string {
  const list = Array.from({ length: dice.below(4) }, (_, at) => {
    const members = new Map([
      ['id', `"m-${at}"`],
      ['role', dice.pick(['"user"', '"assistant"', '"system"', '"tool"'])],
      ['content', dice.oneIn(6) ? randomValue(dice, ['type', 'text', 'image_url']) : `"words ${at}"`],
      ['created_at', '1760000101'],
      ['from_history', 'false'],
    ]);
    for (const name of dice.some(1, () => dice.pick(MESSAGE_NAMES))) members.set(name, randomValue(dice, ANY_NAMES, 1));
    return objectText(members);
  });
  return `[${list.join(',')}]`;
}

function objectText(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}
