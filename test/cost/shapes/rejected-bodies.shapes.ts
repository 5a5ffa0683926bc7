import { arrayOf, itemsOf, nestedArrays, objectOf, stringOf } from './json-builders.js';
import { type BodyRoute, type BodyShape, bodyShape } from './shape.js';

const STATE = (value: string) => `{"session_name":"x","session_state":${value}}`;
const onlyTo = (...routes: BodyRoute[]) => ({ routes });

/** Bodies that the service rejects for a syntax error, a wrong type or an exceeded limit. */
export const REJECTED_BODIES: readonly BodyShape[] = [
  bodyShape('syntax error after a string', (bytes) => `${STATE(`{"a":${stringOf('x', bytes)}}`).slice(0, -1)},}`),
  bodyShape('syntax error after Cyrillic', (bytes) => `${STATE(`{"a":${stringOf('Ж', bytes)}}`).slice(0, -1)},}`),
  bodyShape('syntax error after emoji', (bytes) => `${STATE(`{"a":${stringOf('😀', bytes)}}`).slice(0, -1)},}`),
  bodyShape('syntax error after many values', (bytes) => `${STATE(`{"a":${arrayOf('{}', bytes)}}`).slice(0, -1)},}`, {
    maxBytes: 2_970_000,
  }),
  bodyShape('unterminated string', (bytes) => `{"session_name":"${'x'.repeat(bytes)}`),
  bodyShape('unterminated string of escapes', (bytes) => `{"session_name":"${'\\n'.repeat(bytes / 2)}`),
  bodyShape('control character at the end of a string', (bytes) => `{"session_name":"${'x'.repeat(bytes)}\u0001"}`),
  bodyShape('opening brackets', (bytes) => '['.repeat(bytes)),
  bodyShape('opening braces', (bytes) => '{"a":'.repeat(bytes / 5)),
  bodyShape('digits', (bytes) => '9'.repeat(bytes)),
  bodyShape('minus signs', (bytes) => `[${'-'.repeat(bytes)}]`),
  bodyShape('fraction of many digits', (bytes) => `{"session_name":0.${'3'.repeat(bytes)}}`),
  bodyShape('exponent of many digits', (bytes) => `{"session_name":1e${'3'.repeat(bytes)}}`),
  bodyShape('more values than allowed', (bytes) => `{"session_name":[1${',1'.repeat(bytes / 2)}]}`),
  bodyShape('invalid UTF-8', (bytes) =>
    Buffer.concat([Buffer.from(`{"session_name":"${'Ж'.repeat(bytes / 2)}`), Buffer.from([0xff, 0x22, 0x7d])]),
  ),
  bodyShape('content type other than JSON', (bytes) => 'Ж"\\'.repeat(bytes / 4), { contentType: 'text/plain' }),
  bodyShape('a string', (bytes) => stringOf('\\u0416', bytes)),
  bodyShape('an array of ones', (bytes) => arrayOf('1', bytes), { maxBytes: 1_980_000 }),
  bodyShape('an array of objects', (bytes) => arrayOf((index) => `{"_sa":1,"k":"${index}"}`, bytes, 3)),
  bodyShape('a name that is an object', (bytes) => `{"session_name":${objectOf('"v"', bytes)}}`, {
    maxBytes: 12_700_000,
    isQuick: true,
  }),
  bodyShape('a name that is deep', (bytes) => `{"session_name":${nestedArrays(950, arrayOf('1', bytes))}}`, {
    maxBytes: 1_980_000,
    isQuick: true,
  }),
  bodyShape(
    'a filter of many conditions',
    (bytes) => `{"filter":{"op":"OR","conditions":${arrayOf('{"op":"EQ","key":"user_id","value":"x"}', bytes, 4)}}}`,
    { ...onlyTo('search'), maxBytes: 8_000_000 },
  ),
  bodyShape(
    'a filter of one long value',
    (bytes) => `{"filter":{"op":"EQ","key":"user_id","value":${stringOf('x', bytes)}}}`,
    onlyTo('search'),
  ),
  bodyShape(
    'a deep filter',
    (bytes) => `{"filter":${'{"op":"NOT","condition":'.repeat(900)}${stringOf('x', bytes)}${'}'.repeat(900)}}`,
    onlyTo('search'),
  ),
  bodyShape('a long cursor', (bytes) => `{"cursor":${stringOf('A', bytes)}}`, onlyTo('search')),
  bodyShape('members that are strings', (bytes) => {
    const text = stringOf('\\"', bytes / 3);
    return `{"session_name":1,"session_state":${text},"metadata":${text},"summary":${text}}`;
  }),
  bodyShape('names of NaN', (bytes) => `{"session_name":${arrayOf('NaN', bytes)}}`, { maxBytes: 3_960_000 }),
  bodyShape(
    'deep state of NaN',
    (bytes) => `{"session_name":1,"session_state":{"a":${'['.repeat(900)}${arrayOf('NaN', bytes)}${']'.repeat(900)}}}`,
    { maxBytes: 3_960_000, isRejected: true, routes: ['POST', 'PATCH'] },
  ),
  bodyShape('state of NaN', (bytes) => `{"session_name":1,"session_state":{"a":${arrayOf('NaN', bytes)}}}`, {
    ...onlyTo('POST', 'PATCH'),
    maxBytes: 3_960_000,
  }),
  bodyShape(
    'state of half surrogate pairs',
    (bytes) => STATE(`{"a":${arrayOf('"\\ud800"', bytes)}}`),
    onlyTo('POST', 'PATCH'),
  ),
  bodyShape(
    'name of half surrogate pairs',
    (bytes) => `{"session_name":${stringOf('\\ud800', bytes)}}`,
    onlyTo('POST', 'PATCH', 'rename'),
  ),
  bodyShape('summary of unknown keys', (bytes) => `{"session_name":1,"summary":${objectOf('1', bytes)}}`, {
    ...onlyTo('POST', 'PATCH'),
    maxBytes: 10_700_000,
  }),
  bodyShape('runs that are ones', (bytes) => `{"runs":${arrayOf('1', bytes)}}`, {
    ...onlyTo('POST'),
    maxBytes: 1_980_000,
    isQuick: true,
  }),
  bodyShape('runs without id', (bytes) => `{"runs":${arrayOf('{"content":"some text"}', bytes, 2)}}`, onlyTo('POST')),
  bodyShape('runs of one id', (bytes) => `{"runs":${arrayOf('{"run_id":"r","status":1}', bytes, 3)}}`, onlyTo('POST')),
  bodyShape(
    'one invalid run with a large content',
    (bytes) => `{"runs":[{"content":${stringOf('\\n', bytes)}}]}`,
    onlyTo('POST'),
  ),
  bodyShape(
    'runs of another session',
    (bytes) => `{"session_id":"s","runs":${arrayOf((index) => `{"run_id":"${index}","session_id":"t"}`, bytes, 3)}}`,
    onlyTo('POST'),
  ),
  bodyShape(
    'run with a date of many digits',
    (bytes) => `{"runs":${arrayOf((index) => `{"run_id":"${index}","created_at":${'7'.repeat(4_300)}}`, bytes, 3)}}`,
    onlyTo('POST'),
  ),
  bodyShape(
    'session id too long for its index',
    (bytes) => {
      const random = Array.from({ length: 1_000 }, (_, index) => (index * 2_654_435_761).toString(36)).join('');
      return `{"session_id":"${random.repeat(Math.ceil(bytes / random.length)).slice(0, bytes)}"}`;
    },
    onlyTo('POST'),
  ),
  bodyShape('session ids that are ones', (bytes) => `{"session_ids":${arrayOf('1', bytes)},"session_types":[]}`, {
    ...onlyTo('DELETE'),
    maxBytes: 1_980_000,
  }),
  bodyShape('duplicate members of a wrong type', (bytes) => `{${itemsOf('"session_name":1', bytes).join(',')}}`),
].map((shape) => ({ isRejected: true, statuses: [400, 413, 422], ...shape }));
