import { caseCollector, get } from '../harness/contract-case.js';

const { cases, add } = caseCollector('list');

function ask(query: string, draft: Parameters<typeof add>[2] = {}): void {
  add(query === '' ? 'everything' : query, get(`/sessions${query === '' ? '' : `?${query}`}`), draft);
}

const TYPES = ['', 'type=agent', 'type=team', 'type=workflow'];

ask('');
ask('limit=100');
ask('limit=63');
for (const type of TYPES.slice(1)) ask(`${type}&limit=100`);

// Each filter is tested alone and combined with each type.
const COMPONENTS = ['agent-a', 'team-t', 'flow-w', 'part-0', 'part-1', 'part-3', 'nobody', ''];
for (const component of COMPONENTS) for (const type of TYPES) ask(join(`component_id=${component}&limit=100`, type));
const USERS = ['ann', 'bob', 'carl', 'dora', 'gina', 'hugo', 'nobody', '', 'Ann', '%61nn', 'an%25'];
for (const user of USERS) ask(`user_id=${user}&limit=100`);
for (const type of TYPES.slice(1)) ask(`user_id=carl&${type}&component_id=part-0`);

// AgentOS compares the name filter with the stored name by ILIKE, without escaping wildcards.
const NAMES = [
  ...['100', '%25', '_', '%5C%25', '%5C_', '%5C', '%5C%5C', '__', 's%25e', 'SNAKE_CASE', 'ünï', 'ÜNÏ', "quote's"],
  ...[
    'a%3Bb%26c%3Dd',
    'a;b&c=d',
    '++spaced',
    '%20spaced',
    'hard',
    'Größe',
    '%F0%9F%99%82',
    'What+is+new',
    '',
    '+',
    '%3Cb%3E',
  ],
].filter((name) => name !== '' && name !== '%25');
for (const name of ['', '%25']) ask(`session_name=${name}&limit=3`);
for (const name of NAMES) ask(`session_name=${name.replace(/[^\x20-\x7e]/g, encodeURIComponent)}&limit=100`);
for (const type of TYPES.slice(1)) ask(`session_name=case&${type}`);
for (const length of [256, 257]) ask(`session_name=${'x'.repeat(length)}`);

// Pages of different sizes, with valid and invalid parameters.
for (const limit of ['1', '5', '7', '8', '9', '9223372036854775807']) ask(`component_id=part-1&limit=${limit}`);
for (const page of ['1', '2', '4', '5', '1000000']) ask(`page=${page}`);
for (const page of ['1', '3', '16']) ask(`limit=4&page=${page}`);
for (const number of [
  '+7',
  '05',
  '1.0',
  '1_0',
  '%207%20',
  '%2B5',
  '7%0A',
  '1__0',
  '_1',
  '1_',
  '-0',
  '0_1',
  '1.00',
  '1.',
  '.5',
])
  ask(`limit=${number}&component_id=flow-w`);
for (const number of [
  'x',
  '1.5',
  '1e2',
  '0x10',
  '%D9%A3',
  '',
  '0',
  '-1',
  'null',
  'true',
  '9'.repeat(30),
  '-'.repeat(2),
  '1 2',
]) {
  ask(`limit=${number.replace(' ', '%20')}`);
}
for (const page of ['0', '-1', 'x', '', '2.0', '1.5', '1e1']) ask(`page=${page}&limit=3`);
ask('limit=9223372036854775808');
ask('page=9223372036854775807&limit=2');
ask('page=4611686018427387904&limit=2');
ask(`limit=${'1'.repeat(4301)}`);
ask(`page=${'1'.repeat(4300)}`);

// Sorting: the order of equal values is undefined, so the order is compared only for columns with unique values.
for (const column of ['created_at', 'updated_at', 'session_id']) {
  for (const order of ['', '&sort_order=asc', '&sort_order=desc']) ask(`sort_by=${column}${order}&limit=8&page=4`);
}
for (const column of ['session_data', 'metadata']) {
  for (const order of ['asc', 'desc']) ask(`user_id=carl&sort_by=${column}&sort_order=${order}`);
}
for (const column of [
  'user_id',
  'session_type',
  'agent_id',
  'team_id',
  'workflow_id',
  'agent_data',
  'summary',
  'runs',
]) {
  ask(`sort_by=${column}&component_id=part-1`, { rankedBy: [] });
}
for (const column of ['', 'nope', 'CREATED_AT', 'created_at%20', 'created_at;drop', 'session_name']) {
  ask(`sort_by=${column}&component_id=part-1`, { rankedBy: [] });
}
for (const attribute of ['keys', 'values', 'items', 'get', 'contains_column', '__class__'])
  ask(`sort_by=${attribute}&component_id=team-live`);
for (const order of ['', 'ASC', 'Desc', 'up', 'asc&sort_order=desc']) ask(`limit=3&sort_order=${order}`);

// Validation: all errors are reported in the order of the parameters; the last value of a repeated parameter wins.
ask('type=');
ask('type=nope');
ask('type=AGENT');
ask('type=nope&type=team&limit=100');
ask('type=team&type=nope');
ask('limit=0&page=x&type=foo&sort_order=up');
ask('limit=3&limit=2');
ask('limit=x&limit=2');
ask('limit[]=3');
ask('unknown=1&limit=2');
ask('limit=2;page=2');
ask('limit=2&&page=2');
ask('limit');
ask('limit&page=1');
ask('=x&limit=1');
ask('user_id=%zz');
ask('user_id=%FF');
ask('user_id=ann%00');
ask('session_name=%00');
ask('component_id=%00');
ask('user%5Fid=ann&limit=2');
ask('USER_ID=ann&limit=2');
ask('limit=2&sort_by=created_at&sort_by=session_id&sort_order=asc');
ask(`user_id=${'u'.repeat(5000)}`);

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('&');
}

export default cases;
