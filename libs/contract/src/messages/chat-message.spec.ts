import { asRaw, JsonWriter, membersOf, type RawJson, runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { isShownInChat, writeMessage } from './chat-message.js';
import { ItemPath } from './derived-id.js';

const UUID = /"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/g;

/** The message at a position of run r1, which was created at 1700000000. */
function messageText(stored: string, position = 0): string {
  const writer = new JsonWriter();
  const media = writeMessage(
    writer,
    membersOf(asRaw(stored)),
    ItemPath.ofRun('s', 'r1', position),
    asRaw('1700000000'),
  );
  if (media !== undefined) runSync(media);
  return String(runSync(writer.done()));
}

/** The message in its printed form, without what every one below has in common; new ids read `new`. */
function printed(stored: string): RawJson {
  const text = messageText(`{"id":"m","role":"user","created_at":1,${stored.slice(1)}`).replace(UUID, '"new"');
  const common = /^\{"id":"m",|"from_history":false,"stop_after_tool_call":false,"role":"user",|,?"created_at":1\}$/g;
  return asRaw(`{${text.replaceAll(common, '').replace(/,$/, '')}}`);
}

describe('writeMessage', () => {
  it('prints members in a fixed order, flags always, and nothing that is unknown, null or empty', () => {
    const stored =
      '{"created_at":5,"role":"assistant","id":"m1","content":"","tool_calls":[{"id":"c", "function":{}}],"name":null,' +
      '"tool_args":{},"provider_data":{"n":1.50,"x":null},"citations":{"raw":1},"temporary":false,"from_history":"yes","extra":1}';
    expect(messageText(stored)).toBe(
      '{"id":"m1","content":"","from_history":true,"stop_after_tool_call":false,"role":"assistant",' +
        '"tool_calls":[{"id":"c", "function":{}}],"provider_data":{"n":1.50,"x":null},"created_at":5}',
    );
  });

  it('gives a message without id and time the time of its run and an id of its place, the same on every read', () => {
    const text = messageText('{"role":"user"}');
    expect(text.replace(UUID, '"new"')).toBe(
      '{"id":"new","from_history":false,"stop_after_tool_call":false,"role":"user","created_at":1700000000}',
    );
    expect(messageText('{"role":"user"}')).toBe(text);
    expect(messageText('{"role":"user"}', 1)).not.toBe(text);
  });

  it.each([
    ['parts', '{"content":[{"text":"a", "type":"text"},1]}', '{"content":[{"text":"a", "type":"text"},1]}'],
    ['an empty list of parts', '{"content":[]}', '{}'],
    ['content that is an object', '{"content":{"a":1},"name":"n"}', '{"name":"n"}'],
    ['content that is a number', '{"content":5,"name":"n"}', '{"name":"n"}'],
    ['falsy arguments', '{"tool_args":0}', '{"tool_args":0}'],
    [
      'lax values',
      '{"tool_call_error":"no","checkpoint_created_at":"12"}',
      '{"tool_call_error":false,"checkpoint_created_at":12}',
    ],
    ['tool calls with a stray item', '{"tool_calls":[{},1]}', '{}'],
    ['names of JavaScript', '{"__proto__":1,"tool_args":{"__proto__":1}}', '{"tool_args":{"__proto__":1}}'],
    [
      'metrics: known ones, no counts of zero',
      '{"metrics":{"provider_metrics":{},"cost":0.0,"output_tokens":0,"input_tokens":7,"timer":1,"details":{},"duration":null}}',
      '{"metrics":{"input_tokens":7,"cost":0.0}}',
    ],
    ['metrics that say nothing', '{"metrics":{"input_tokens":0}}', '{}'],
    [
      'references: always three parts, time as float',
      '{"references":{"time":2,"query":"q","extra":1}}',
      '{"references":{"query":"q","references":null,"time":2.0}}',
    ],
    [
      'references whose parts do not fit',
      '{"references":{"references":[1],"time":"soon"}}',
      '{"references":{"query":null,"references":null,"time":null}}',
    ],
    ['references that are none', '{"references":"q"}', '{}'],
    [
      'an output',
      '{"audio_output":{"id":"a","url":"u"},"image_output":{"url":"u"}}',
      '{"audio_output":{"id":"a","url":"u","sample_rate":24000,"channels":1}}',
    ],
    ['media with stray items', '{"images":[1,{"url":"u"},{}]}', '{"images":[{"id":"new","url":"u"}]}'],
    ['no media', '{"images":[],"videos":null,"files":{}}', '{}'],
  ])('prints %s', (_, stored, expected) => {
    expect(printed(stored)).toBe(expected);
  });
});

describe('isShownInChat', () => {
  it.each([
    ['{"role":"user"}', true],
    ['{"role":"developer","from_history":false}', true],
    ['{}', true],
    ['{"role":"system"}', false],
    ['{"role":"tool"}', false],
    ['{"role":"user","from_history":true}', false],
    ['{"role":"user","from_history":1}', false],
    ['{"role":"user","from_history":"maybe"}', true],
  ])('%s: %s', (message, shown) => {
    expect(isShownInChat(membersOf(asRaw(message)))).toBe(shown);
  });
});
