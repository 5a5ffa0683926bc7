import { caseCollector, get } from '../harness/contract-case.js';
import { type GivenSession, rawJson } from '../harness/given-session.js';
import { agent, agentRun, message, team, teamRun, workflow, workflowRun } from './session-builders.js';

/** Sessions with values that only SQL, an older agno or a bug can write. Each is read as detail and in a list. */
const list = caseCollector('list');
const detail = caseCollector('detail');

const asked = agentRun('o-run', { messages: [message('user', 'The question')] });
const teamAsked = teamRun('o-run', { messages: [message('user', 'The question')] });
const data = (text: string) => ({ session_data: rawJson(text) });

const AGENT_COLUMNS: Record<string, Partial<GivenSession>> = {
  'all SQL NULL': {},
  'all JSON null': { session_data: null, agent_data: null, metadata: null, summary: null },
  'all {}': { session_data: {}, agent_data: {}, metadata: {}, summary: {} },
  'no agent_id': { agent_id: undefined },
  'empty agent_id': { agent_id: '' },
  'ids of all components': { user_id: 'own', team_id: 'team-too', workflow_id: 'flow-too' },
  'name only': data('{"session_name":"Named"}'),
  'empty name': data('{"session_name":""}'),
  'null name': data('{"session_name":null}'),
  'number name': data('{"session_name":5}'),
  'object name': data('{"session_name":{"a":1}}'),
  'false name': data('{"session_name":false}'),
  'state null': data('{"session_state":null}'),
  'state a list': data('{"session_state":[1]}'),
  'state a text': data('{"session_state":"x"}'),
  'state of numbers': data(
    '{"session_state":{"a":1.0,"b":1.50,"c":9007199254740993,"d":123456789012345678901234567890,"e":1e22,"f":1e-7,"g":100.0,"h":-0.0,"i":0.1}}',
  ),
  'state of hard keys': data(
    '{"session_state":{"__proto__":{"x":1},"constructor":null,"":0,"toString":1,"10":1,"9":2,"a b":[]}}',
  ),
  'state of hard texts': data('{"session_state":{"t":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\u2028🙂<>&"}}'),
  'metrics {}': data('{"session_metrics":{}}'),
  'metrics null': data('{"session_metrics":null}'),
  'metrics a list': data('{"session_metrics":[]}'),
  'metrics a text': data('{"session_metrics":"x"}'),
  'tokens 12.5': data('{"session_metrics":{"total_tokens":12.5}}'),
  'tokens 12.0': data('{"session_metrics":{"total_tokens":12.0}}'),
  'tokens "12"': data('{"session_metrics":{"total_tokens":"12"}}'),
  'tokens "x"': data('{"session_metrics":{"total_tokens":"x"}}'),
  'tokens null': data('{"session_metrics":{"total_tokens":null}}'),
  'tokens true': data('{"session_metrics":{"total_tokens":true}}'),
  'tokens huge': data('{"session_metrics":{"total_tokens":123456789012345678901234567890}}'),
  'tokens a list': data('{"session_metrics":{"total_tokens":[]}}'),
  'session_data a list': data('[1]'),
  'session_data a text': data('"x"'),
  'session_data empty list': data('[]'),
  'metadata a list': { metadata: [1] },
  'metadata a text': { metadata: 'x' },
  'metadata an empty list': { metadata: [] },
  'metadata an empty text': { metadata: '' },
  'metadata with nulls': { metadata: { a: null, b: [null, { c: null }] } },
  'agent_data a list': { agent_data: [1] },
  'agent_data a text': { agent_data: 'x' },
  'sdk label': { agent_data: { sdk: 'claude' } },
  'framework label': { agent_data: { framework: 'crew', sdk: '' }, metadata: { a: 1 } },
  'sdk replaced in place': { agent_data: { sdk: 'claude' }, metadata: { a: 1, sdk: 'user', zz: 2 } },
  'sdk no text': { agent_data: { sdk: 5, framework: 'crew' }, metadata: { a: 1 } },
  'sdk empty text': { agent_data: { sdk: '', framework: '' }, metadata: {} },
  'sdk with metadata JSON null': { agent_data: { sdk: 'claude' }, metadata: null },
  'summary null': { summary: null },
  'summary unknown keys': { summary: { summary: 'S', mood: 'good', topics: null } },
  'summary without text': { summary: { topics: ['a'] } },
  'summary null text': { summary: { summary: null } },
  'summary bad date': { summary: { summary: 'S', updated_at: 'yesterday' } },
  'summary number date': { summary: { summary: 'S', updated_at: 5 } },
  'summary Z date': { summary: { summary: 'S', updated_at: '2025-01-01T00:00:00Z' } },
  'summary half second': { summary: { summary: 'S', updated_at: '2025-01-01T00:00:00.5' } },
  'summary date only': { summary: { summary: 'S', updated_at: '2025-01-01' } },
  'summary empty date': { summary: { summary: 'S', updated_at: '' } },
  'summary offset': { summary: { summary: 'S', updated_at: '2025-01-01T00:00:00.123+05:30' } },
  'summary empty text': { summary: { summary: '', topics: [] } },
  'summary a text': { summary: 'S' },
  'summary a list': { summary: ['S'] },
  'created_at 0': { created_at: 0 },
  'created_at 1': { created_at: 1, updated_at: null },
  'created_at negative': { created_at: -86_400 },
  'created_at year 10000': { created_at: 253_402_300_800 },
  'created_at last second': { created_at: 253_402_300_799 },
  'created_at milliseconds': { created_at: 1_760_000_000_000 },
  'updated_at SQL NULL': { updated_at: null },
  'updated_at 0': { updated_at: 0 },
  'updated_at year 10000': { updated_at: 253_402_300_800 },
};
for (const [name, columns] of Object.entries(AGENT_COLUMNS)) bothWays(`agent, ${name}`, agent('odd', columns));
for (const name of [
  'all SQL NULL',
  'all JSON null',
  'all {}',
  'metrics null',
  'metrics {}',
  'tokens 12.5',
  'state a list',
  'metadata a list',
  'summary null text',
  'summary unknown keys',
  'summary Z date',
  'session_data a list',
  'sdk label',
]) {
  const { agent_data, ...columns } = AGENT_COLUMNS[name] ?? {};
  bothWays(
    `team, ${name}`,
    team('odd', { ...columns, ...(agent_data === undefined ? {} : { team_data: agent_data }) }),
  );
  bothWays(
    `workflow, ${name}`,
    workflow('odd', { ...columns, ...(agent_data === undefined ? {} : { workflow_data: agent_data }) }),
  );
}
bothWays('team, empty team_id', team('odd', { team_id: '' }));
bothWays('workflow, an empty list of runs', workflow('odd', { workflow_data: { name: 'Flow' }, legacyRuns: [] }));
bothWays('workflow, empty workflow_id', workflow('odd', { workflow_id: '' }));
bothWays('team, team_data a list', team('odd', { team_data: [1] }));
bothWays('workflow, workflow_data a list', workflow('odd', { workflow_data: [1] }));

list.add('odd: a first question that is an empty object', get('/sessions?user_id=own'), {
  given: [
    agent('odd', { runs: [agentRun('o-run', { messages: [message('user', {}), message('user', 'The question')] })] }),
  ],
});

list.add('odd: a message whose role is a list', get('/sessions?user_id=own'), {
  given: [
    agent('odd', {
      runs: [
        agentRun('o-1', { messages: [message('user', 'No question', { role: ['user'] })] }),
        agentRun('o-2', { messages: [message('user', 'The question')] }),
      ],
    }),
  ],
});

// Sessions whose session_type is empty or unknown.
bothWays("type '' with agent_id", agent('odd', { session_type: '', runs: [asked] }));
bothWays("type '' with team_id", team('odd', { session_type: '', runs: [teamAsked] }));
bothWays(
  "type '' with workflow_id",
  workflow('odd', { session_type: '', runs: [workflowRun('o-run', { input: 'Go' })] }),
);
bothWays("type '' without ids", agent('odd', { session_type: '', agent_id: undefined, runs: [asked] }));
bothWays('type robot', agent('odd', { session_type: 'robot', runs: [asked] }));
bothWays('type Agent', agent('odd', { session_type: 'Agent' }));
for (const type of ['agent', 'team', 'workflow']) {
  detail.add(`odd: type robot as ${type}`, get(`/sessions/odd?type=${type}`), {
    given: [agent('odd', { session_type: 'robot', runs: [asked] })],
  });
}

// An invalid session in a list must not prevent other sessions of the list from being returned.
list.add('odd: a bad row beside good ones', get('/sessions?user_id=own&sort_by=session_id&sort_order=asc'), {
  given: [
    agent('odd-1'),
    agent('odd-2', AGENT_COLUMNS['state a list']),
    agent('odd-3', { session_data: { session_name: 'Good' } }),
  ],
});
list.add('odd: updated_at of rows without one, sorted', get('/sessions?user_id=own&sort_by=updated_at'), {
  given: [
    agent('odd-1', { updated_at: null }),
    agent('odd-2', { created_at: 5, updated_at: 1_770_000_000 }),
    agent('odd-3', { created_at: 7, updated_at: null }),
  ],
});
list.add('odd: NULL users sorted last', get('/sessions?component_id=agent-x&sort_by=user_id&sort_order=asc'), {
  given: [agent('odd-1', { user_id: undefined }), agent('odd-2', { user_id: 'b' }), agent('odd-3', { user_id: 'a' })],
});
list.add('odd: NULL users sorted first', get('/sessions?component_id=agent-x&sort_by=user_id&sort_order=desc'), {
  given: [agent('odd-1', { user_id: undefined }), agent('odd-2', { user_id: 'b' }), agent('odd-3', { user_id: 'a' })],
});
list.add("odd: user ''", get('/sessions?user_id='), {
  given: [agent('odd-1', { user_id: '' }), agent('odd-2', { user_id: undefined })],
});
list.add("odd: component ''", get('/sessions?component_id='), { given: [agent('odd-1', { agent_id: '' })] });

function bothWays(name: string, session: GivenSession): void {
  list.add(`odd: ${name}`, get('/sessions?user_id=own'), { given: [session] });
  detail.add(`odd: ${name}`, get('/sessions/odd'), { given: [session] });
}

export default [...list.cases, ...detail.cases];
