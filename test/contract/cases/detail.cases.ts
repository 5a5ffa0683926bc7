import { caseCollector, get } from '../harness/contract-case.js';
import { SEEDED_IDS, UNUSUAL_IDS } from './seeded-ids.js';

const { cases, add } = caseCollector('detail');

const TYPES = ['agent', 'team', 'workflow'];

for (const id of SEEDED_IDS) add(id, get(`/sessions/${id}`));
for (const id of [
  'agent-plain',
  'agent-rich',
  'agent-summary',
  'agent-framework',
  'team-plain',
  'team-loose',
  'flow-text',
  'agent-empty',
  'team-empty',
  'flow-empty',
  'shelf-00',
  'shelf-01',
  'shelf-02',
]) {
  for (const type of TYPES) add(`${id} as ${type}`, get(`/sessions/${id}?type=${type}`));
}
for (const id of UNUSUAL_IDS) {
  add(`id ${id.slice(0, 30)}`, get(`/sessions/${encodeURIComponent(id)}`));
}

for (const user of ['ann', 'bob', '', 'Ann']) add(`user_id=${user}`, get(`/sessions/agent-plain?user_id=${user}`));
add('unknown', get('/sessions/nope'));
for (const type of TYPES) add(`unknown as ${type}`, get(`/sessions/nope?type=${type}`));
add('unknown, quotes and umlauts', get(`/sessions/${encodeURIComponent(`it's "größer"`)}`));
for (const type of ['', 'AGENT', 'nope', 'agent&type=team'])
  add(`type=${type}`, get(`/sessions/agent-plain?type=${type}`));
add('type is validated before the session is looked for', get('/sessions/nope?type=nope'));
add('unknown parameters', get('/sessions/agent-plain?limit=x&page=0&foo=bar'));
add('NUL in the id', get('/sessions/a%00b'));
add('NUL in user_id', get('/sessions/agent-plain?user_id=%00'));
add('bad UTF-8 in the id', get('/sessions/%FF%FE'));
add('lower case escapes', get('/sessions/with%20space'));
add('plus is a plus', get('/sessions/plus+plus'));
add('broken escape', get('/sessions/with%2'));
add('an id of 5000 characters', get(`/sessions/${'y'.repeat(5000)}`));
add('accepts anything', get('/sessions/agent-plain', { accept: 'text/html' }));

export default cases;
