import { asRaw, runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { ItemPath } from './derived-id.js';
import { rebuiltRunInput } from './rebuilt-run-input.js';

const REFERENCE = '{"media_id":"o","storage_key":"k","storage_backend":"s3","url":"https://o"}';
const PATH = ItemPath.ofRun('r');
const PLAIN_FILE = '"id":"f","mime_type":"text/plain"';

describe('rebuiltRunInput', () => {
  it.each([
    ['{"input_content":"hi","extra":1}', '{"input_content":"hi"}'],
    ['{"input_content":{"n":1.50, "x":null}}', '{"input_content":{"n":1.50, "x":null}}'],
    ['{"input_content":null}', '{}'],
    ['{"extra":1}', '{"input_content":""}'],
    [
      '{"files":[{"id":"f","url":"u"}],"audios":[{"id":"a","url":"u"}],"images":[{"id":"i","url":"u"}],"input_content":"hi"}',
      '{"input_content":"hi","images":[{"id":"i","url":"u"}],' +
        '"audios":[{"id":"a","url":"u","sample_rate":24000,"channels":1}],"files":[{"id":"f","url":"u"}]}',
    ],
    [
      '{"images":[{"id":"i","content":"aGk=","detail":"low","alt_text":"a","url":"u"}]}',
      '{"input_content":"","images":[{"id":"i","detail":"low","alt_text":"a","content":"aGk="}]}',
    ],
    [
      `{"images":[{"id":"i","media_reference":${REFERENCE}}]}`,
      `{"input_content":"","images":[{"id":"i","url":"https://o","media_reference":${REFERENCE}}]}`,
    ],
    [
      `{"files":[{${PLAIN_FILE},"content":"a,b","size":3,"external":1}]}`,
      `{"input_content":"","files":[{${PLAIN_FILE},"size":3,"content":"a,b"}]}`,
    ],
  ])('rebuilds the stored input %s as %s', (stored, rebuilt) => {
    expect(runSync(rebuiltRunInput(asRaw(stored), PATH))).toBe(rebuilt);
  });

  it.each([
    ['images', '{"id":"i"}'],
    ['images', '{"id":"i","url":"u","filepath":"p"}'],
    ['images', '{"id":"i","url":"u","detail":1}'],
    ['images', '{"id":"i","url":"u","media_reference":"r"}'],
    ['images', '{"id":"i","media_reference":{"storage_key":"k"}}'],
    ['images', '"u"'],
    ['videos', '{"id":"i","url":"u","width":1.5}'],
    ['files', '{"name":"n","content":""}'],
    ['files', '{"id":"f","url":"u","mime_type":"image/png"}'],
    ['files', '{"id":"f","url":"u","citations":"maybe"}'],
  ])('omits an invalid item of %s: %s', (name, item) => {
    expect(runSync(rebuiltRunInput(asRaw(`{"input_content":"hi","${name}":[${item}]}`), PATH))).toBe(
      '{"input_content":"hi"}',
    );
  });

  it.each(['{}', 'null', '""', '[]', '0', '"hi"'])(
    'returns undefined for the input %s, which is empty or not an object',
    (stored) => {
      expect(runSync(rebuiltRunInput(asRaw(stored), PATH))).toBeUndefined();
    },
  );
});
