import { arrayOf, stringOf } from './json-builders.js';
import { type SessionShape, sessionShape } from './shape.js';

const image = (base64: string) => `{"id":"i","mime_type":"image/png","content":${base64}}`;
const small = image(stringOf('QUJD', 1_200));

const messages = (list: string) => ({ runs: [`{"run_id":"r0","agent_id":"a","messages":${list}}`] });
const input = (members: string) => ({
  runs: [`{"run_id":"r0","agent_id":"a","input":{"input_content":"x",${members}}}`],
});

export const MEDIA: readonly SessionShape[] = [
  sessionShape('one large image in a message', (bytes) =>
    messages(`[{"role":"user","content":"x","images":[${image(stringOf('QUJD', bytes))}]}]`),
  ),
  sessionShape('many small images in messages', (bytes) =>
    messages(arrayOf(`{"role":"user","content":"x","images":[${small}]}`, bytes, 8)),
  ),
  // Images without an id get a derived id.
  sessionShape(
    'one message of many images',
    (bytes) => messages(`[{"role":"user","content":"x","images":${arrayOf('{"url":"u"}', bytes)}}]`),
    { maxBytes: 5_800_000 },
  ),
  sessionShape(
    'an unnamed session by an input of many images',
    (bytes) => input(`"images":${arrayOf('{"url":"u"}', bytes)}`),
    { maxBytes: 5_800_000 },
  ),
  sessionShape('one large image in an input', (bytes) => input(`"images":[${image(stringOf('QUJD', bytes))}]`)),
  sessionShape('many small images in an input', (bytes) => input(`"images":${arrayOf(small, bytes, 4)}`)),
  sessionShape('a large text file in a message', (bytes) =>
    messages(`[{"role":"user","files":[{"mime_type":"text/plain","content":${stringOf('Ж', bytes)}}]}]`),
  ),
  sessionShape('invalid base64', (bytes) =>
    messages(`[{"role":"user","content":"x","images":[${image(stringOf('QU=J-_Ж', bytes))}]}]`),
  ),
];
