import { asRaw, JsonWriter, membersOf, type RawJson, runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { isShownInChat, writeMessage } from './chat-message.js';
import { ItemPath } from './derived-id.js';

const UUID = /"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/g;

/** Prints a message of run r1, which was created at 1700000000. */
function printMessage(stored: string, index = 0): string {
  const writer = new JsonWriter();
  const media = writeMessage(writer, membersOf(asRaw(stored)), ItemPath.ofRun('s', 'r1', index), asRaw('1700000000'));
  if (media !== undefined) runSync(media);
  return String(runSync(writer.done()));
}

/** Prints a message without the members that all test cases have in common. Derived ids are printed as `new`. */
function printSpecificMembers(stored: string): RawJson {
  const text = printMessage(`{"id":"m","role":"user","created_at":1,${stored.slice(1)}`).replace(UUID, '"new"');
  const common = /^\{"id":"m",|"from_history":false,"stop_after_tool_call":false,"role":"user",|,?"created_at":1\}$/g;
  return asRaw(`{${text.replaceAll(common, '').replace(/,$/, '')}}`);
}

describe('writeMessage', () => {
  it('prints the known, non-empty members in a fixed order, and both flags even when they are not stored', () => {
    const stored =
      '{"created_at":5,"role":"assistant","id":"m1","content":"","tool_calls":[{"id":"c", "function":{}}],"name":null,' +
      '"tool_args":{},"provider_data":{"n":1.50,"x":null},"citations":{"raw":1},"temporary":false,"from_history":"yes","extra":1}';
    expect(printMessage(stored)).toBe(
      '{"id":"m1","content":"","from_history":true,"stop_after_tool_call":false,"role":"assistant",' +
        '"tool_calls":[{"id":"c", "function":{}}],"provider_data":{"n":1.50,"x":null},"created_at":5}',
    );
  });

  it('derives a stable id from the path, and takes the time from the run, when a message has neither', () => {
    const text = printMessage('{"role":"user"}');
    expect(text.replace(UUID, '"new"')).toBe(
      '{"id":"new","from_history":false,"stop_after_tool_call":false,"role":"user","created_at":1700000000}',
    );
    expect(printMessage('{"role":"user"}')).toBe(text);
    expect(printMessage('{"role":"user"}', 1)).not.toBe(text);
  });

  it.each([
    ['a list of parts', '{"content":[{"text":"a", "type":"text"},1]}', '{"content":[{"text":"a", "type":"text"},1]}'],
    ['no empty list of parts', '{"content":[]}', '{}'],
    ['no content that is an object', '{"content":{"a":1},"name":"n"}', '{"name":"n"}'],
    ['no content that is a number', '{"content":5,"name":"n"}', '{"name":"n"}'],
    ['falsy tool arguments', '{"tool_args":0}', '{"tool_args":0}'],
    [
      'coerced booleans and integers',
      '{"tool_call_error":"no","checkpoint_created_at":"12"}',
      '{"tool_call_error":false,"checkpoint_created_at":12}',
    ],
    ['no tool calls when one is not an object', '{"tool_calls":[{},1]}', '{}'],
    [
      'keys that are special in JavaScript',
      '{"__proto__":1,"tool_args":{"__proto__":1}}',
      '{"tool_args":{"__proto__":1}}',
    ],
    [
      'known metrics without counts of zero',
      '{"metrics":{"provider_metrics":{},"cost":0.0,"output_tokens":0,"input_tokens":7,"timer":1,"details":{},"duration":null}}',
      '{"metrics":{"input_tokens":7,"cost":0.0}}',
    ],
    ['no metrics when all counts are zero', '{"metrics":{"input_tokens":0}}', '{}'],
    [
      'references with all three members and the time as a float',
      '{"references":{"time":2,"query":"q","extra":1}}',
      '{"references":{"query":"q","references":null,"time":2.0}}',
    ],
    [
      'null for invalid members of references',
      '{"references":{"references":[1],"time":"soon"}}',
      '{"references":{"query":null,"references":null,"time":null}}',
    ],
    ['no references that are not an object', '{"references":"q"}', '{}'],
    [
      'the audio output',
      '{"audio_output":{"id":"a","url":"u"},"image_output":{"url":"u"}}',
      '{"audio_output":{"id":"a","url":"u","sample_rate":24000,"channels":1}}',
    ],
    ['only the valid items of media', '{"images":[1,{"url":"u"},{}]}', '{"images":[{"id":"new","url":"u"}]}'],
    ['no empty or invalid media lists', '{"images":[],"videos":null,"files":{}}', '{}'],
  ])('prints a message with %s', (_, stored, expected) => {
    expect(printSpecificMembers(stored)).toBe(expected);
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
  ])('returns $1 for the message $0', (message, shown) => {
    expect(isShownInChat(membersOf(asRaw(message)))).toBe(shown);
  });
});
