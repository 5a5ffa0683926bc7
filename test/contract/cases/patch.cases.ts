import { caseCollector, get, send } from '../harness/contract-case.js';
import { rawJson } from '../harness/given-session.js';
import { agent, agentRun, message, team, teamRun, workflow, workflowRun } from './session-builders.js';

const { cases, add } = caseCollector('patch');

const DATA = rawJson(
  '{"session_name":"Old","session_state":{"n":1.0,"big":9007199254740993},"session_metrics":{"total_tokens":5},"other":[null]}',
);
const SUMMARY = { summary: 'Before', topics: ['t'], updated_at: '2025-01-01T10:00:00' };
const ONE_OF_EACH = [
  agent('p-agent', {
    session_data: DATA,
    agent_data: { name: 'A' },
    metadata: { m: 1 },
    summary: SUMMARY,
    runs: [agentRun('p-run', { messages: [message('user', 'Hi')] })],
  }),
  team('p-team', {
    session_data: DATA,
    team_data: { name: 'T' },
    metadata: { m: 1 },
    summary: SUMMARY,
    runs: [teamRun('p-run-t', { messages: [message('user', 'Hi')] })],
  }),
  workflow('p-flow', {
    session_data: DATA,
    workflow_data: { name: 'W' },
    metadata: { m: 1 },
    runs: [workflowRun('p-run-w', { input: 'Go' })],
  }),
];

const BODIES: Record<string, unknown> = {
  nothing: {},
  nulls: { session_name: null, session_state: null, metadata: null, summary: null },
  name: { session_name: 'New' },
  'empty name': { session_name: '' },
  state: { session_state: { fresh: [1, null] } },
  'state {}': { session_state: {} },
  metadata: { metadata: { fresh: null } },
  'metadata {}': { metadata: {} },
  'reserved metadata': { metadata: { agno_dispatch_depth: 2, keep: 1 } },
  summary: { summary: { summary: 'After', topics: ['a', 'b'], updated_at: '2025-10-21T14:30:00Z' } },
  everything: { session_name: 'N', session_state: { s: 1 }, metadata: { m: 2 }, summary: { summary: 'S' } },
  'unknown fields': { user_id: 'thief', agent_id: 'x', created_at: 1, foo: 'bar' },
  'control characters': {
    session_name: 'a\u0000b\u0001',
    session_state: { k: '\u0002' },
    metadata: { 'k\u0003': '\u0004' },
  },
};
for (const [name, body] of Object.entries(BODIES)) {
  for (const session of ONE_OF_EACH) {
    add(
      `${session.session_id}: ${name}`,
      [send('PATCH', `/sessions/${session.session_id}`, body), get(`/sessions/${session.session_id}`)],
      { given: [session] },
    );
  }
}

// The type in the query is ignored; the stored type decides.
for (const session of ONE_OF_EACH) {
  for (const type of ['agent', 'team', 'workflow']) {
    add(
      `${session.session_id} as ${type}`,
      send('PATCH', `/sessions/${session.session_id}?type=${type}`, { session_name: 'New' }),
      { given: [session] },
    );
  }
}
const [plain = agent('p-agent')] = ONE_OF_EACH;
const draft = { given: [plain] };
for (const type of ['nope', '', 'AGENT'])
  add(`type=${type}`, send('PATCH', `/sessions/p-agent?type=${type}`, {}), draft);

// Accepted and rejected summaries, and the format of their dates in responses.
const DATES = [
  '2025-10-21',
  '2025-10-21 14:30',
  '20251021T143000',
  '2025-10-21T14:30:00.5',
  '2025-10-21T14:30:00+02:00',
  '2025-W43-2',
  '2025-10-21T14:30:00.123456Z',
  '2025-10-21T14',
  '',
];
for (const date of DATES)
  add(
    `summary of ${date || "''"}`,
    [send('PATCH', '/sessions/p-agent', { summary: { summary: 'S', updated_at: date } }), get('/sessions/p-agent')],
    draft,
  );
const SUMMARIES: Record<string, unknown> = {
  'only text': { summary: 'S' },
  'empty text': { summary: '' },
  'topics null': { summary: 'S', topics: null },
  'topics empty': { summary: 'S', topics: [] },
  'topics of any type': { summary: 'S', topics: { a: 1 } },
  'text of any type': { summary: [1, 2] },
  'date null': { summary: 'S', updated_at: null },
};
for (const [name, summary] of Object.entries(SUMMARIES))
  add(`summary: ${name}`, [send('PATCH', '/sessions/p-agent', { summary }), get('/sessions/p-agent')], draft);
const BAD_SUMMARIES: Record<string, unknown> = {
  '{}': {},
  'null text': { summary: null },
  'unknown key': { summary: 'S', mood: 'good' },
  'bad date': { summary: 'S', updated_at: 'yesterday' },
  '24:00': { summary: 'S', updated_at: '2025-10-21T24:00:00' },
  'date a number': { summary: 'S', updated_at: 1750000000 },
  'no text': { topics: ['a'] },
};
for (const [name, summary] of Object.entries(BAD_SUMMARIES)) {
  add(`bad summary: ${name}`, send('PATCH', '/sessions/p-agent', { summary }), draft);
}
add('bad summary on a workflow', send('PATCH', '/sessions/p-flow', { summary: { mood: 1 } }), {
  given: ONE_OF_EACH.slice(2),
});

// Sessions of other users, and sessions that do not exist.
add('unknown', send('PATCH', '/sessions/nope', { session_name: 'N' }));
add('unknown with type', send('PATCH', '/sessions/nope?type=team', { session_name: 'N' }));
for (const user of ['own', 'else', ''])
  add(`user_id=${user}`, send('PATCH', `/sessions/p-agent?user_id=${user}`, { session_name: 'N' }), draft);
const nobody = agent('p-nobody');
add('a session of nobody', send('PATCH', '/sessions/p-nobody', { session_name: 'N' }), {
  given: [{ ...nobody, user_id: undefined } as typeof nobody],
});
add('a session of nobody, asked by a user', send('PATCH', '/sessions/p-nobody?user_id=own', { session_name: 'N' }), {
  given: [{ ...nobody, user_id: undefined } as typeof nobody],
});
add('unknown db_id', send('PATCH', '/sessions/p-agent?db_id=nope', {}), draft);

// SQL NULL, JSON null and empty objects in all columns.
const NULLS: Record<string, object> = {
  'SQL NULL everywhere': {},
  'JSON null everywhere': { session_data: null, agent_data: null, metadata: null, summary: null },
  'empty objects': { session_data: {}, agent_data: {}, metadata: {} },
  'sdk label': { agent_data: { framework: 'crew' }, metadata: null },
};
for (const [name, columns] of Object.entries(NULLS)) {
  add(`${name}: name`, send('PATCH', '/sessions/p-null', { session_name: 'N' }), { given: [agent('p-null', columns)] });
  add(`${name}: metadata`, send('PATCH', '/sessions/p-null', { metadata: { a: 1 } }), {
    given: [agent('p-null', columns)],
  });
  add(`${name}: nothing`, send('PATCH', '/sessions/p-null', {}), { given: [agent('p-null', columns)] });
}
add('workflow, SQL NULL everywhere', send('PATCH', '/sessions/p-null', {}), { given: [workflow('p-null')] });
add('team, SQL NULL everywhere', send('PATCH', '/sessions/p-null', { session_state: { a: 1 } }), {
  given: [team('p-null')],
});
add('workflow, summary stored', send('PATCH', '/sessions/p-null', { session_name: 'N' }), {
  given: [workflow('p-null', { summary: SUMMARY })],
});

// PATCH must not change the numbers in other fields.
add('numbers stay', [send('PATCH', '/sessions/p-agent', { metadata: {} }), get('/sessions/p-agent')], draft);
add(
  'numbers arrive',
  [
    send('PATCH', '/sessions/p-agent', '{"session_state":{"a":1.0,"b":123456789012345678901234567890,"c":1e-7}}'),
    get('/sessions/p-agent'),
  ],
  draft,
);

const WRONG: Record<string, unknown> = {
  'name number': { session_name: 5 },
  'state list': { session_state: [] },
  'metadata text': { metadata: 'x' },
  'summary text': { summary: 'x' },
  'all wrong': { session_name: {}, session_state: 1, metadata: 2, summary: 3 },
};
for (const [name, body] of Object.entries(WRONG)) add(`422: ${name}`, send('PATCH', '/sessions/p-agent', body), draft);
add('422: unknown session too', send('PATCH', '/sessions/nope?type=x', { session_name: 1 }));
add('NUL in the id', send('PATCH', '/sessions/a%00b', { session_name: 'x' }));
add('NaN in the state', send('PATCH', '/sessions/p-agent', '{"session_state":{"a":NaN}}'), draft);
add('NUL in a key', send('PATCH', '/sessions/p-agent', '{"session_state":{"a\\u0000":1}}'), draft);
add('lone surrogate', send('PATCH', '/sessions/p-agent', '{"session_name":"a\\ud800"}'), draft);
add(
  'two in a row',
  [
    send('PATCH', '/sessions/p-agent', { session_name: 'N1' }),
    send('PATCH', '/sessions/p-agent', { metadata: { z: 1 } }),
    get('/sessions/p-agent'),
  ],
  draft,
);

export default cases;
