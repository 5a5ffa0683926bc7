import { MessageSchema } from '@ag-ui/core/schemas';
import { safeValidateUIMessages } from 'ai';
import { expect, it } from 'vitest';
import { randomObject, randomValue } from '../../../../test/contract/fuzz/random-values.js';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { SessionInMemory } from '../../../../test/support/session-in-memory.js';
import { MESSAGE_FORMATS } from '../requests/get-messages.request.js';

const SESSIONS = 300;

const RUN_MEMBERS = [
  ...[
    'parent_run_id',
    'status',
    'created_at',
    'content',
    'input',
    'messages',
    'reasoning_content',
    'images',
    'response_audio',
  ],
  ...[
    'tools',
    'requirements',
    'step_requirements',
    'paused_step_index',
    'forked_from_run_id',
    'forked_from_message_index',
  ],
  ...['member_responses', 'step_executor_runs', 'workflow_agent_run', 'forked_from_session_id'],
];
const MESSAGE_MEMBERS = [
  ...['id', 'role', 'content', 'created_at', 'from_history', 'tool_calls', 'tool_call_id', 'tool_call_error', 'name'],
  ...['reasoning_content', 'images', 'audio', 'videos', 'files', 'audio_output', 'tool_args', 'tool_name', 'metrics'],
];
const NAMES = [
  'id',
  'run_id',
  'url',
  'content',
  'mime_type',
  'format',
  'function',
  'name',
  'arguments',
  'text',
  'tool_call_id',
];
const ROLES = ['"user"', '"assistant"', '"assistant"', '"tool"', '"system"', '"developer"', '"model"', '"critic"'];
const MEDIA = [
  '[{"id":"i","content":"cGl4ZWw=","mime_type":"image/png"}]',
  '[{"url":"https://x.example/a"},{"filepath":"/a"},{"content":"a","mime_type":"text/plain","filename":"a.txt"}]',
  '[{"media_reference":{"media_id":"m","storage_key":"k","storage_backend":"s"}}]',
];

/** JSON text of a message: as agno stores it, then with some members of any type. */
function randomMessage(random: SeededRandom, index: number): string {
  const calls = random.some(2, () => {
    const call = `"id":"c${random.below(3)}","function":{"name":"f","arguments":${random.pick(['"{}"', '"{"', '{"a":1.0}', '""'])}}`;
    return `{${call}}`;
  });
  const members = new Map([
    ['id', `"m${index}"`],
    ['role', random.pick(ROLES)],
    ['content', random.pick(['"text"', 'null', '""', '[{"type":"text","text":"a"},"b"]', '[]'])],
    ['tool_calls', random.oneIn(2) ? `[${calls}]` : 'null'],
    ['tool_call_id', `"c${random.below(3)}"`],
    [random.pick(['images', 'audio', 'videos', 'files']), random.pick(MEDIA)],
  ]);
  for (const name of random.some(2, () => random.pick(MESSAGE_MEMBERS))) members.set(name, randomValue(random, NAMES));
  return objectText(members);
}

function randomRun(random: SeededRandom, id: string, depth = 1): string {
  const messages = Array.from({ length: random.below(6) }, () => randomMessage(random, random.below(1_000_000)));
  const members = new Map([
    ['run_id', `"${id}"`],
    [random.pick(['agent_id', 'team_id', 'workflow_id']), '"a"'],
    ['status', random.pick(['"COMPLETED"', '"PAUSED"', '"ERROR"', '"RUNNING"', '"paused"'])],
    ['messages', `[${messages}]`],
    [
      'tools',
      `[{"tool_call_id":"c1","requires_confirmation":true,"confirmed":${random.pick(['true', 'false', 'null'])}}]`,
    ],
    ['requirements', '[{"id":"q","tool_execution":{"tool_call_id":"c1"}}]'],
    ['content', random.pick(['"answer"', '{"a":1.0}', 'null'])],
    ['input', random.pick(['"question"', '{"input_content":"question"}', 'null'])],
  ]);
  if (depth > 0)
    members.set(
      'step_executor_runs',
      `[${random.some(2, () => randomRun(random, `${id}-${random.below(9)}`, depth - 1))}]`,
    );
  for (const name of random.some(3, () => random.pick(RUN_MEMBERS))) members.set(name, randomValue(random, NAMES));
  return random.oneIn(30) ? randomObject(random, RUN_MEMBERS) : objectText(members);
}

function objectText(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `"${key}":${value}`).join(',')}}`;
}

it(`messages of ${SESSIONS} sessions with random values are valid in each format, and the same in pages`, async () => {
  let shown = 0;
  for (let seed = 0; seed < SESSIONS; seed++) {
    const random = new SeededRandom(seed);
    const runs = random.some(4, () => randomRun(random, `r${random.below(6)}`));
    const session = new SessionInMemory(runs, random.pick(['agent', 'team', 'workflow']));
    for (const include of ['', '&include=tools,members,reasoning', '&include=members', '&roles=tool,user']) {
      const messages = session.all(`format=ai-sdk${include}`);
      const result = messages.length === 0 ? { success: true } : await safeValidateUIMessages({ messages });
      expect([seed, result]).toMatchObject([seed, { success: true }]);
      for (const message of session.all(`format=ag-ui${include}`)) {
        expect([seed, MessageSchema.safeParse(message)]).toMatchObject([seed, { success: true }]);
      }
      for (const format of MESSAGE_FORMATS) {
        const all = session.all(`format=${format}${include}`);
        const pages = session.walk(`order=desc&format=${format}${include}`, () => 1 + random.below(3));
        expect([seed, pages.flat().toReversed()]).toEqual([seed, all]);
        shown += all.length;
      }
    }
  }
  expect(shown).toBeGreaterThan(10 * SESSIONS);
});
