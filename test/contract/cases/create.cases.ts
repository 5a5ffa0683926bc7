import { createHash } from 'node:crypto';
import { caseCollector, get, send } from '../harness/contract-case.js';
import { agent, team } from './session-builders.js';

const { cases, add } = caseCollector('create');

const FULL = {
  session_id: 'made',
  session_name: 'Größe 🙂',
  session_state: { n: 1, none: null, deep: { list: [1, [], {}] } },
  metadata: { k: 'v', none: null },
  user_id: 'maker',
  agent_id: 'agent-m',
  team_id: 'team-m',
  workflow_id: 'flow-m',
};

/** Creates a session with these values, and compares the stored row. */
function make(name: string, query: string, body: unknown): void {
  const id =
    typeof body === 'object' && body !== null && 'session_id' in body ? String(body.session_id) : '{{0.session_id}}';
  add(name, send('POST', `/sessions${query}`, body), { rowsOf: [id] });
}

for (const type of ['agent', 'team', 'workflow']) {
  make(`${type}: all fields`, `?type=${type}`, FULL);
  make(`${type}: only an id`, `?type=${type}`, { session_id: 'made' });
  make(`${type}: nothing`, `?type=${type}`, {});
  make(`${type}: state {}`, `?type=${type}`, { session_id: 'made', session_state: {} });
  make(`${type}: name only`, `?type=${type}`, { session_id: 'made', session_name: 'N' });
  make(`${type}: empty name`, `?type=${type}`, { session_id: 'made', session_name: '' });
  make(`${type}: metadata only`, `?type=${type}`, { session_id: 'made', metadata: { a: 1 } });
  make(`${type}: metadata {}`, `?type=${type}`, { session_id: 'made', metadata: {} });
  make(`${type}: empty component`, `?type=${type}`, { session_id: 'made', [`${type}_id`]: '' });
  add(
    `${type}: created, read, listed`,
    [
      send('POST', `/sessions?type=${type}`, FULL),
      get('/sessions/made'),
      get('/sessions?user_id=maker'),
      get('/sessions/made/runs'),
    ],
    { rowsOf: ['made'] },
  );
}
make('type defaults to agent', '', FULL);
make('nulls', '', {
  session_id: null,
  session_name: null,
  session_state: null,
  metadata: null,
  user_id: null,
  agent_id: null,
});
make('query user_id and session_id are ignored', '?user_id=q&session_id=q', { session_id: 'made', user_id: 'b' });
make('unknown fields are ignored', '', { session_id: 'made', foo: 1, created_at: 5 });
make('empty session_id', '', { session_id: '', agent_id: 'a' });
make('empty user_id', '', { session_id: 'made', user_id: '' });
make('reserved metadata', '', {
  session_id: 'made',
  metadata: { agno_component_version: 3, agno_dispatch_chain: [], agno_dispatch_depth: 1, keep: 1 },
});
make('only reserved metadata', '', { session_id: 'made', metadata: { agno_component_version: 3 } });
make('sdk in metadata', '', { session_id: 'made', metadata: { sdk: 'x' } });
make('control characters are removed from values', '', {
  ...{ session_id: 'made', session_name: 'a\u0001b\u0000c\td\ne\u007ff\ufffeg' },
  session_state: { 'k\u0001': ['x\u0000y', { z: '\u000b\u000c' }] },
  metadata: { m: '\uffff!' },
});
make('an id of spaces', '', { session_id: ' ' });
make('an id with a slash', '', { session_id: 'a/b' });
make('a long id', '', { session_id: `L${'o'.repeat(900)}ng` });
make('an id with umlauts', '', { session_id: 'größe 🙂' });
make('a long name', '', { session_id: 'made', session_name: 'N'.repeat(20_000) });
make('a long user', '', { session_id: 'made', user_id: 'U'.repeat(3000) });

const NUMBERS: Record<string, string> = {
  'one point zero': '1.0',
  'beyond 2^53': '9007199254740993',
  '30 digits': '123456789012345678901234567890',
  'minus zero': '-0.0',
  exponent: '1E5',
  '1e22': '1e22',
  '1e16': '1e16',
  small: '1e-7',
  smallest: '5e-324',
  largest: '1.7976931348623157e308',
  'many decimals': '0.1000000000000000055511151231257827',
};
for (const [name, text] of Object.entries(NUMBERS)) {
  const body = `{"session_id":"made","session_state":{"n":${text},"list":[${text}]},"metadata":{"n":${text}}}`;
  add(`number ${name}`, [send('POST', '/sessions', body), get('/sessions/made'), get('/sessions?user_id=nobody')], {
    rowsOf: ['made'],
  });
}
make(
  'difficult keys',
  '',
  '{"session_id":"made","session_state":{"__proto__":{"a":1},"constructor":2,"":3,"toString":null,"10":1,"9":2}}',
);
make('duplicate keys', '', '{"session_id":"x","session_id":"made","session_state":{"a":1,"a":2}}');
make('deep nesting', '', `{"session_id":"made","session_state":{"d":${'['.repeat(60)}${']'.repeat(60)}}}`);
make('escapes', '', '{"session_id":"made","session_name":"\\u00f6\\ud83d\\ude42\\/\\n"}');

const taken = (columns = {}) => ({ given: [agent('taken', columns)], rowsOf: ['taken'] });
add('conflict', send('POST', '/sessions', { session_id: 'taken' }), taken());
add('conflict with another user', send('POST', '/sessions', { session_id: 'taken', user_id: 'else' }), taken());
add('conflict with another type', send('POST', '/sessions?type=workflow', { session_id: 'taken' }), taken());
add('conflict with quotes', send('POST', '/sessions', { session_id: `it's "ü"` }), { given: [team(`it's "ü"`)] });
add('twice', [send('POST', '/sessions', FULL), send('POST', '/sessions', FULL)], { rowsOf: ['made'] });
add(
  'deleted and created again',
  [send('POST', '/sessions', FULL), send('DELETE', '/sessions/made'), send('POST', '/sessions?type=team', FULL)],
  { rowsOf: ['made'] },
);

for (const type of ['nope', '', 'AGENT', 'agent&type=team'])
  make(`type=${type}`, `?type=${type}`, { session_id: 'made' });
const WRONG: Record<string, unknown> = {
  'session_id number': { session_id: 5 },
  'session_id list': { session_id: [] },
  'name number': { session_name: 1.5 },
  'name object': { session_name: { a: 1.0 } },
  'state list': { session_state: [1] },
  'state text': { session_state: 'x' },
  'state number': { session_state: 0 },
  'metadata true': { metadata: true },
  'user false': { user_id: false },
  'component list': { agent_id: ['a'] },
  'many at once': {
    session_id: 1,
    session_name: 2,
    session_state: 3,
    metadata: 4,
    user_id: 5,
    agent_id: 6,
    team_id: 7,
    workflow_id: 8,
  },
};
for (const [name, body] of Object.entries(WRONG)) add(`422: ${name}`, send('POST', '/sessions', body));
add('422: query and body', send('POST', '/sessions?type=x', { session_name: 1 }));
add('422: big numbers are echoed', send('POST', '/sessions', '{"session_name":9007199254740993,"metadata":1.0}'));

const BAD: Record<string, string> = {
  'NUL in the id': '{"session_id":"a\\u0000b"}',
  'NUL in user_id': '{"session_id":"made","user_id":"a\\u0000"}',
  'NUL in agent_id': '{"session_id":"made","agent_id":"\\u0000"}',
  'NUL in a key': '{"session_id":"made","session_state":{"a\\u0000":1}}',
  'lone surrogate in the id': '{"session_id":"a\\ud800"}',
  'lone surrogate in the name': '{"session_id":"made","session_name":"a\\ud800"}',
  'lone surrogate in the state': '{"session_id":"made","session_state":{"a":"\\udc00"}}',
  'NaN in the state': '{"session_id":"made","session_state":{"a":NaN}}',
  'Infinity in the metadata': '{"session_id":"made","metadata":{"a":-Infinity}}',
  '1e999 in the state': '{"session_id":"made","session_state":{"a":1e999}}',
  'an id too long for the index': `{"session_id":"${incompressible(16_000)}"}`,
};
for (const [name, body] of Object.entries(BAD)) add(`bad: ${name}`, send('POST', '/sessions', body));
add(
  'NUL in name and values is dropped',
  send('POST', '/sessions', {
    session_id: 'made',
    agent_id: 'a',
    session_name: 'a\u0000b',
    session_state: { a: 'c\u0000d' },
    metadata: { b: ['\u0000'] },
  }),
  { rowsOf: ['made'] },
);
add('db_id', send('POST', '/sessions?db_id=default', { session_id: 'made' }), { rowsOf: ['made'] });
add('unknown db_id', send('POST', '/sessions?db_id=nope', { session_id: 'made' }));
add('table is ignored', send('POST', '/sessions?table=nope', { session_id: 'made' }), { rowsOf: ['made'] });

/** Deterministic text that PostgreSQL cannot compress to fit into an index. */
function incompressible(length: number): string {
  let text = '';
  for (let part = 0; text.length < length; part++)
    text += createHash('sha256').update(String(part)).digest('base64url');
  return text.slice(0, length);
}

export default cases;
