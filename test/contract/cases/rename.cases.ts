import { caseCollector, get, send } from '../harness/contract-case.js';
import { rawJson } from '../harness/given-session.js';
import { agent, agentRun, message, team, teamRun, workflow, workflowRun } from './session-builders.js';

const { cases, add } = caseCollector('rename');

const DATA = rawJson('{"session_name":"Old","session_state":{"n":1.0},"other":123456789012345678901234567890}');
const GIVEN = [
  agent('r-agent', { session_data: DATA, runs: [agentRun('r-run', { messages: [message('user', 'Hi')] })] }),
  team('r-team', { session_data: DATA, runs: [teamRun('r-run-t', { messages: [message('user', 'Hi')] })] }),
  workflow('r-flow', { session_data: DATA, runs: [workflowRun('r-run-w', { input: 'Go' })] }),
];
const rename = (id: string, name: unknown, query = '') =>
  send('POST', `/sessions/${id}/rename${query}`, { session_name: name });

for (const session of GIVEN) {
  const { session_id } = session;
  add(session_id, [rename(session_id, 'New name'), get(`/sessions/${session_id}`)], { given: [session] });
  for (const type of ['agent', 'team', 'workflow'])
    add(`${session_id} as ${type}`, rename(session_id, 'N', `?type=${type}`), { given: [session] });
}
const [plain = agent('r-agent')] = GIVEN;
const draft = { given: [plain] };
for (const name of [
  '',
  '   ',
  'Größe 🙂',
  'a\u0000b\u0001c\td',
  '"quoted\\',
  'x'.repeat(5000),
  '</script>',
  '$1 {{x}} %s',
]) {
  add(`to ${JSON.stringify(name.slice(0, 20))}`, rename('r-agent', name), draft);
}
for (const type of ['nope', '', 'AGENT']) add(`type=${type}`, rename('r-agent', 'N', `?type=${type}`), draft);
for (const user of ['own', 'else', '']) add(`user_id=${user}`, rename('r-agent', 'N', `?user_id=${user}`), draft);
add('unknown', rename('nope', 'N'));
add('unknown with type', rename('nope', 'N', '?type=team'));
add('unknown db_id', rename('r-agent', 'N', '?db_id=nope'), draft);
add('NUL in the id', rename('a%00b', 'N'));

const STATES: Record<string, object> = {
  'session_data SQL NULL': {},
  'session_data JSON null': { session_data: null },
  'session_data {}': { session_data: {} },
  'name null': { session_data: { session_name: null } },
  'session_data a list': { session_data: [1] },
  'state a list': { session_data: { session_state: [1] } },
  'metrics null': { session_data: { session_metrics: null } },
  'summary with an unknown key': { session_data: {}, summary: { summary: 'S', mood: 1 } },
  'updated_at SQL NULL': { session_data: {}, updated_at: null },
};
for (const [name, columns] of Object.entries(STATES)) {
  add(`agent, ${name}`, [rename('r-odd', 'New'), get('/sessions/r-odd')], { given: [agent('r-odd', columns)] });
}
add('workflow, session_data JSON null', rename('r-odd', 'New'), { given: [workflow('r-odd', { session_data: null })] });
add(
  'created without a name, then renamed',
  [send('POST', '/sessions', { session_id: 'r-made' }), rename('r-made', 'New')],
  { rowsOf: ['r-made'] },
);
add(
  'created as workflow, then renamed',
  [send('POST', '/sessions?type=workflow', { session_id: 'r-made' }), rename('r-made', 'New')],
  { rowsOf: ['r-made'] },
);
add('patched to null, then renamed', [send('PATCH', '/sessions/r-odd', {}), rename('r-odd', 'New')], {
  given: [agent('r-odd')],
});

const BODIES: Record<string, string> = {
  null: 'null',
  list: '[]',
  text: '"x"',
  number: '5',
  'empty object': '{}',
  'null name': '{"session_name":null}',
  'number name': '{"session_name":1.0}',
  'object name': '{"session_name":{"a":1}}',
  'more fields': '{"session_name":"N","foo":1}',
  'other field': '{"name":"N"}',
  'lone surrogate': '{"session_name":"a\\ud800"}',
};
for (const [name, body] of Object.entries(BODIES))
  add(`body: ${name}`, send('POST', '/sessions/r-agent/rename', body), draft);
add('no body', send('POST', '/sessions/r-agent/rename'), draft);
add('unknown session, bad body', send('POST', '/sessions/nope/rename', '{}'));

export default cases;
