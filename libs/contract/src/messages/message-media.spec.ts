import { asRaw } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { ItemPath } from './derived-id.js';
import { AUDIO, FILE, IMAGE, VIDEO } from './media-kinds.js';
import { reprintMedia } from './message-media.js';

const PATH = ItemPath.ofRun('r');
const REFERENCE = '{"media_id":"o","storage_key":"k","storage_backend":"s3"}';

describe('reprintMedia', () => {
  it.each([
    [IMAGE, '{"alt_text":"a","url":"u","id":"i","x":1}', '{"id":"i","url":"u","alt_text":"a"}'],
    [IMAGE, '{"id":"","filepath":"p","metadata":{}}', '{"id":"","filepath":"p"}'],
    [
      IMAGE,
      '{"id":"i","content":"aGk=","detail":"low","mime_type":"image/png","url":"u"}',
      '{"id":"i","mime_type":"image/png","content":"aGk="}',
    ],
    [IMAGE, '{"id":"i","content":"","metadata":{"a":1}}', '{"id":"i"}'],
    [
      IMAGE,
      `{"id":"i","content":"aGk=","media_reference":{"size":"3","url":null,"media_id":"o","storage_key":"k","storage_backend":"s3"},"metadata":{"a":null}}`,
      '{"id":"i","media_reference":{"media_id":"o","storage_key":"k","storage_backend":"s3","size":3},"metadata":{"a":null}}',
    ],
    [
      AUDIO,
      '{"id":"i","url":"u","duration":2,"channels":null}',
      '{"id":"i","url":"u","duration":2.0,"sample_rate":24000}',
    ],
    [
      AUDIO,
      '{"id":"i","content":"aGk=","format":"wav","channels":2,"transcript":"hi","duration":1.5}',
      '{"id":"i","sample_rate":24000,"channels":2,"transcript":"hi","content":"aGk="}',
    ],
    [
      VIDEO,
      '{"id":"i","url":"u","fps":30,"width":640.0,"eta":"5"}',
      '{"id":"i","url":"u","width":640,"fps":30.0,"eta":"5"}',
    ],
    [VIDEO, '{"id":"i","content":"aGk=","format":"mp4","width":640}', '{"id":"i","format":"mp4","content":"aGk="}'],
    [FILE, '{"id":"i","external":{},"citations":true,"size":4}', '{"id":"i","size":4,"external":{}}'],
    [
      FILE,
      '{"id":"","content":"aGk","mime_type":"text/plain","name":"n","size":4}',
      '{"id":"","mime_type":"text/plain","name":"n","content":"aGk"}',
    ],
    [
      FILE,
      '{"id":"i","content":"aGk","mime_type":"application/pdf"}',
      '{"id":"i","mime_type":"application/pdf","content":"YUdr"}',
    ],
    [FILE, '{"id":"i","content":{"a":1}}', '{"id":"i","content":{"a":1}}'],
    [FILE, '{"id":"i","content":""}', '{"id":"i","content":""}'],
    [
      FILE,
      `{"id":"i","name":"n","media_reference":${REFERENCE}}`,
      `{"id":"i","name":"n","media_reference":${REFERENCE}}`,
    ],
  ])('prints the stored media object $1 as $2', (kind, stored, printed) => {
    expect(reprintMedia(kind, asRaw(stored), PATH)).toBe(printed);
  });

  it.each([
    ['no source', IMAGE, '{"id":"i","detail":"low"}', '{"id":"i","detail":"low"}'],
    ['two sources', IMAGE, '{"id":"i","url":"u","filepath":"p"}', '{"id":"i","url":"u","filepath":"p"}'],
    ['a value of a wrong type', VIDEO, '{"id":"i","url":"u","width":1.5}', '{"id":"i","url":"u"}'],
    ['an unusable reference', IMAGE, '{"id":"i","content":"aGk=","media_reference":{}}', '{"id":"i","content":"aGk="}'],
    ['an unknown media type', FILE, '{"id":"i","url":"u","mime_type":"a/b"}', '{"id":"i","url":"u","mime_type":"a/b"}'],
  ])('prints the valid fields of an object with %s', (_, kind, stored, printed) => {
    expect(reprintMedia(kind, asRaw(stored), PATH)).toBe(printed);
  });

  it.each(['{}', '[]', '"u"', '1'])('returns undefined for %s, which has no valid field', (stored) => {
    expect(reprintMedia(IMAGE, asRaw(stored), PATH)).toBeUndefined();
  });
});
