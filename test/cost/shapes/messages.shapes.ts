import { arrayOf, itemsOf, objectOf } from './json-builders.js';
import { type SessionShape, sessionShape } from './shape.js';

const messages = (list: string) => ({ runs: [`{"run_id":"r0","agent_id":"a","messages":${list}}`] });

const completeMessage = (index: number) =>
  `{"id":"message-${index}","role":"${index % 2 ? 'assistant' : 'user'}","content":"Text of message ${index}",` +
  `"created_at":175000000,"from_history":false,"stop_after_tool_call":false,"metrics":{"input_tokens":7,` +
  `"output_tokens":3,"total_tokens":10,"time_to_first_token":0.25}}`;

const toolCall = (index: number) =>
  `{"id":"call-${index}","type":"function","function":{"name":"search","arguments":"{\\"query\\": \\"text ${index}\\"}"}}`;

const toolMessage = (index: number) =>
  `{"id":"m${index}","role":"assistant","tool_name":"search","tool_args":{"query":"text ${index}"},` +
  `"tool_calls":[${toolCall(index)}]}`;

const tool = (index: number) =>
  `{"tool_call_id":"call-${index}","tool_name":"search","tool_args":{"query":"text"},"result":"text ${index}","metrics":{"duration":0.5}}`;

/** A message whose members all have a wrong type. */
const invalidMessage = (index: number) =>
  `{"id":${index},"role":[],"content":1,"tool_calls":{},"images":1,"metrics":[],"references":"x","created_at":"soon","name":{}}`;

export const MESSAGES: readonly SessionShape[] = [
  sessionShape('empty messages', (bytes) => messages(arrayOf('{}', bytes)), { maxBytes: 2_970_000, isQuick: true }),
  sessionShape('messages without id', (bytes) => messages(arrayOf('{"role":"user","content":"x"}', bytes, 3)), {
    maxBytes: 9_800_000,
    isQuick: true,
  }),
  sessionShape('messages with all members', (bytes) => messages(arrayOf(completeMessage, bytes, 12))),
  sessionShape('messages repeated from history', (bytes) =>
    messages(arrayOf('{"role":"user","content":"some text","from_history":true}', bytes, 4)),
  ),
  sessionShape('system messages before a user message', (bytes) =>
    messages(`${arrayOf('{"role":"system","content":"x"}', bytes, 3).slice(0, -1)},{"role":"user","content":"x"}]`),
  ),
  sessionShape('a user message before others', (bytes) =>
    messages(`[{"role":"user","content":"x"},${arrayOf('{"role":"assistant","content":"x"}', bytes, 3).slice(1)}`),
  ),
  sessionShape('messages of wrong types', (bytes) => messages(arrayOf(invalidMessage, bytes, 11))),
  sessionShape('messages with tool calls', (bytes) => messages(arrayOf(toolMessage, bytes, 13))),
  sessionShape('one message with many tool calls', (bytes) =>
    messages(`[{"role":"assistant","tool_calls":${arrayOf(toolCall, bytes, 6)}}]`),
  ),
  sessionShape('a run with many tools', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","tools":${arrayOf(tool, bytes, 8)}}`],
  })),
  sessionShape('one message of many parts', (bytes) =>
    messages(`[{"role":"user","content":${arrayOf('{"type":"text","text":"some text"}', bytes, 3)}}]`),
  ),
  sessionShape(
    'one message of many short strings',
    (bytes) => messages(`[{"role":"user","content":${arrayOf('"x"', bytes)}}]`),
    { maxBytes: 3_960_000 },
  ),
  sessionShape(
    'provider data and tool arguments of many keys',
    (bytes) => {
      const keys = objectOf('"v"', bytes / 2, 2);
      return messages(`[{"role":"assistant","provider_data":${keys},"tool_args":${keys}}]`);
    },
    { maxBytes: 12_700_000 },
  ),
  sessionShape('input that is a list of messages', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","input":{"input_content":${arrayOf(completeMessage, bytes, 12)}}}`],
  })),
  sessionShape(
    'a message of many keys',
    (bytes) => messages(`[{"role":"user",${itemsOf((index) => `"k${index}":1`, bytes).join(',')}}]`),
    { maxBytes: 10_700_000 },
  ),
];
