import { caseCollector } from '../harness/contract-case.js';
import type { Step } from '../harness/send-step.js';
import { agent } from './session-builders.js';

const { cases, add } = caseCollector('bodies');

const JSON_TYPE = { 'content-type': 'application/json' };

/** All routes that accept a body. The same bodies are sent to each of them. */
const ROUTES: readonly (readonly [string, string])[] = [
  ['POST', '/sessions'],
  ['PATCH', '/sessions/b-1'],
  ['POST', '/sessions/b-1/rename'],
  ['DELETE', '/sessions'],
];

function everywhere(name: string, body: Step['body'], headers: Record<string, string> = JSON_TYPE): void {
  for (const [method, path] of ROUTES) {
    const step: Step = body === undefined ? { method, path, headers } : { method, path, headers, body };
    add(`${method} ${path}: ${name}`, step, { given: [agent('b-1', { session_data: {} })] });
  }
}

function onCreate(name: string, body: Step['body'], headers: Record<string, string> = JSON_TYPE): void {
  const step: Step = { method: 'POST', path: '/sessions', headers };
  add(`create: ${name}`, body === undefined ? step : { ...step, body }, { rowsOf: ['b-made'] });
}

everywhere('null', 'null');
everywhere('a list', '[1, 2.0, {"a": null}]');
everywhere('a text', '"ü"');
everywhere('a number', '12345678901234567890.5');
everywhere('true', 'true');
everywhere('no body', undefined);
everywhere('no body, no type', undefined, {});
everywhere('zero bytes', '', JSON_TYPE);
everywhere('text/plain', '{"session_id":"b-made"}', { 'content-type': 'text/plain' });
everywhere('no content type', '{"session_id":"b-made"}', {});
everywhere('a form', 'session_id=b-made&session_name=x', { 'content-type': 'application/x-www-form-urlencoded' });
everywhere('broken', '{"session_id": ');

const BROKEN: Record<string, string> = {
  nothing: ' ',
  'trailing comma': '{"a": 1,}',
  'trailing comma in a list': '{"a": [1,]}',
  'single quotes': "{'a': 1}",
  'no colon': '{"a" 1}',
  'no value': '{"a": }',
  'no comma': '{"a": 1 "b": 2}',
  'leading zero': '{"a": 01}',
  'extra data': '{} {}',
  'extra bracket': '{}]',
  'unterminated text': '{"a": "b',
  'unterminated key': '{"a',
  'unterminated object': '{"a": 1',
  'unterminated list': '{"a": [1',
  'only a brace': '{',
  'only a bracket': '[',
  'bad escape': '{"a": "\\x"}',
  'bad unicode escape': '{"a": "\\u12g4"}',
  'short unicode escape': '{"a": "\\u12',
  'control character': '{"a": "b\nc"}',
  'a bare word': 'nope',
  'position in characters': '{"ü🙂": nope}',
  'plus sign': '{"a": +1}',
  'a dot': '{"a": .5}',
  'a dot at the end': '{"a": 1.}',
  'minus only': '{"a": -}',
  'exponent only': '{"a": 1e}',
  comment: '{"a": 1 /* c */}',
  'on several lines': '{\n  "a": 1,\n  "b": x\n}',
  True: '{"a": True}',
  undefined: 'undefined',
};
for (const [name, text] of Object.entries(BROKEN)) onCreate(`broken: ${name}`, text);

const MADE = '{"session_id":"b-made","session_name":"ü"}';
const TYPES = [
  ...[
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.api+json',
    'application/problem+json; x=y',
  ],
  ...[
    'application/json; charset=latin-1',
    'application/jsonx',
    'text/json',
    'application/xml',
    'json',
    '',
    'application/json,text/plain',
    ' application/json ',
  ],
];
for (const type of TYPES) onCreate(`content-type ${type || "''"}`, MADE, { 'content-type': type });
onCreate('no content type', MADE, {});
onCreate('multipart without parts', MADE, { 'content-type': 'multipart/form-data; boundary=x' });
onCreate('UTF-8 with BOM', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(MADE)]));
onCreate('UTF-16 with BOM', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(MADE, 'utf16le')]));
onCreate('UTF-16 without BOM', Buffer.from(MADE, 'utf16le'));
onCreate('UTF-16 big endian', Buffer.from(MADE, 'utf16le').swap16());
onCreate('invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xfd, 0x22, 0x3a, 0x31, 0x7d]));
onCreate('cut UTF-8', Buffer.concat([Buffer.from('{"session_name":"'), Buffer.from([0xc3]), Buffer.from('"}')]));
onCreate('white space around', ` \n\t${MADE}\r\n `);
onCreate('other white space around', `\u00a0${MADE}`);
onCreate('text/plain that is long', 'x'.repeat(3000), { 'content-type': 'text/plain' });
onCreate('text/plain with umlauts', 'größe 🙂', { 'content-type': 'text/plain' });
onCreate('binary as text', Buffer.from([0x00, 0xff, 0x80]), { 'content-type': 'application/octet-stream' });
onCreate('1 MB', JSON.stringify({ session_id: 'b-made', session_state: { big: 'x'.repeat(1_000_000) } }));

export default cases;
