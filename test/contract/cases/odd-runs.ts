import { type CaseDraft, collector, get } from '../harness/case.js';
import { type GivenSession, rawJson, type StoredJson } from '../harness/given.js';
import { agent, agentRun, message, team, teamRun, workflow, workflowRun } from './sessions.js';

/** Sessions with runs of unusual make: what becomes of them in the list, the detail, the runs and one run. */
const list = collector('list');
const detail = collector('detail');
const runs = collector('runs');
const previews = collector('run-previews');
const single = collector('single-run');

const user = (content: unknown, fields = {}) => message('user', content, fields);

// Names.
const AGENT_RUNS: Record<string, StoredJson[]> = {
  'first question names': [
    agentRun('o-1', { messages: [user('First')] }),
    agentRun('o-2', { messages: [user('Second')] }),
  ],
  'empty question, then another': [agentRun('o-1', { messages: [user(''), user('Later')] })],
  'no question, typed input': [
    agentRun('o-1', { messages: [message('assistant', 'Hi')], input: { input_content: 'getippt größer 🙂' } }),
    agentRun('o-2', { messages: [user('Real')] }),
  ],
  'no question, no input': [
    agentRun('o-1', { messages: [message('assistant', 'Hi')] }),
    agentRun('o-2', { messages: [user('Real')] }),
  ],
  'no messages at all': [agentRun('o-1'), agentRun('o-2', { messages: [user('Real')] })],
  'messages null': [agentRun('o-1', { messages: null, input: { input_content: null, images: [] } })],
  'input of numbers': [
    agentRun('o-1', { input: rawJson('{"x":1}') }),
    rawJson(
      '{"run_id":"o-2","agent_id":"agent-x","created_at":1760000101,"content":"c","input":{"a":1.0,"b":1e-7,"c":12345678901234567890123,"d":[],"e":{},"f":[1,[2]],"g":true}}',
    ),
  ],
  'input of floats first': [
    rawJson(
      '{"run_id":"o-2","agent_id":"agent-x","created_at":1760000101,"content":"c","input":{"a":1.0,"b":1e-7,"c":12345678901234567890123,"d":[],"e":{},"f":[1,[2]],"g":true,"ü":"\\u2028\\u007f"}}',
    ),
  ],
  'input a text': [agentRun('o-1', { input: 'just text' })],
  'input {}': [agentRun('o-1', { input: {} })],
  'question of several parts': [
    agentRun('o-1', {
      messages: [
        user([
          { type: 'text', text: 'Part one' },
          { type: 'image_url', image_url: { url: 'x' } },
          { type: 'text', text: 'part two' },
        ]),
      ],
    }),
  ],
  'question of texts': [agentRun('o-1', { messages: [user(['a', 'b'])] })],
  'question of no text part': [agentRun('o-1', { messages: [user([{ type: 'image_url' }])] })],
  'question an object': [agentRun('o-1', { messages: [user({ a: 1 })] })],
  'question a number': [agentRun('o-1', { messages: [user(5)] })],
  'question null': [agentRun('o-1', { messages: [user(null), user('Later')] })],
  'from history counts for names': [agentRun('o-1', { messages: [user('Old', { from_history: true }), user('New')] })],
  'a child run first': [
    agentRun('o-1', { parent_run_id: 'p', messages: [user('Child')] }),
    agentRun('o-2', { messages: [user('Parent')] }),
  ],
  'a team run first': [teamRun('o-1', { messages: [user('Team')] }), agentRun('o-2', { messages: [user('Agent')] })],
  'run without component first': [
    rawJson('{"run_id":"o-1","created_at":1760000100,"content":"c","messages":[{"role":"user","content":"Nobody"}]}'),
    agentRun('o-2', { messages: [user('Agent')] }),
  ],
  'agent_id null': [agentRun('o-1', { agent_id: null, messages: [user('Null agent')] })],
};
for (const [name, given] of Object.entries(AGENT_RUNS)) everyWay(`agent, ${name}`, agent('odd', { runs: given }));

const TEAM_RUNS: Record<string, StoredJson[]> = {
  'member first': [agentRun('o-1', { messages: [user('Member')] }), teamRun('o-2', { messages: [user('Leader')] })],
  'agent_id empty': [teamRun('o-1', { agent_id: '', messages: [user('Empty agent')] })],
  'agent_id null': [teamRun('o-1', { agent_id: null, messages: [user('Null agent')] })],
  'team_id null': [teamRun('o-1', { team_id: null, messages: [user('Null team')] })],
  'both ids': [teamRun('o-1', { agent_id: 'a', messages: [user('Both')] })],
  'no question, input': [teamRun('o-1', { input: { input_content: 'Typed' } })],
};
for (const [name, given] of Object.entries(TEAM_RUNS)) everyWay(`team, ${name}`, team('odd', { runs: given }));

const INPUTS: Record<string, string> = {
  text: '"Plan"',
  'empty text': '""',
  object: '{"topic":"größe 🙂","n":[1,null,1.0,1e-7],"b":true,"e":{}}',
  'empty object': '{}',
  list: `["a", 1, null, true, 2.5, "it's", {"k": "v\\""}, "\\u0001é\\u2028🙂", 1e22, 1e-7, [], {}]`,
  'empty list': '[]',
  'list of messages': '[{"role":"user","content":"In a list"}]',
  'list of other roles': '[{"role":"assistant","content":"x"}]',
  number: '5',
  float: '1.0',
  true: 'true',
  null: 'null',
};
for (const [name, text] of Object.entries(INPUTS)) {
  const run = (id: string) =>
    rawJson(
      `{"run_id":"${id}","workflow_id":"flow-x","content":"c","created_at":1760000100,"status":"COMPLETED","input":${text}}`,
    );
  everyWay(`workflow, input ${name}`, workflow('odd', { workflow_data: { name: 'Flow' }, runs: [run('o-1')] }));
}
everyWay(
  'workflow, list input, no name',
  workflow('odd', { workflow_data: {}, runs: [workflowRun('o-1', { input: [1] })] }),
);
everyWay(
  'workflow, list input, workflow_data SQL NULL',
  workflow('odd', { runs: [workflowRun('o-1', { input: [1] })] }),
);
everyWay(
  'workflow, no input, question in a step',
  workflow('odd', {
    workflow_data: { name: 'F' },
    runs: [workflowRun('o-1', { step_executor_runs: [agentRun('o-s', { messages: [user('Step question')] })] })],
  }),
);
everyWay(
  'workflow, an agent run first',
  workflow('odd', {
    workflow_data: { name: 'F' },
    runs: [agentRun('o-1', { messages: [user('Agent')] }), workflowRun('o-2', { input: 'Go' })],
  }),
);

// Runs of an agent with inputs, contents and other fields of every type.
const RUN_FIELDS: Record<string, string> = {
  'input_content list': '{"input":{"input_content":["a",1,null,{"k":"v"}]}}',
  'input_content list of user': '{"input":{"input_content":[{"role":"user","content":"In the list"}]}}',
  'input_content list of user parts':
    '{"input":{"input_content":[{"role":"user","content":[{"type":"text","text":"x"}]}]}}',
  'input_content object': '{"input":{"input_content":{"a":1.0,"ü":null}}}',
  'input_content number': '{"input":{"input_content":5}}',
  'input_content true': '{"input":{"input_content":true}}',
  'input_content empty': '{"input":{"input_content":""},"messages":[{"role":"user","content":"From messages"}]}',
  'input_content null':
    '{"input":{"input_content":null},"messages":[{"role":"user","content":"A"},{"role":"user","content":"B"}]}',
  'input a text': '{"input":"text"}',
  'input a list': '{"input":["a"]}',
  'input media':
    '{"input":{"input_content":"x","images":[{"url":"u"}],"videos":null,"audios":[],"files":[{"id":"f"}],"other":1}}',
  'no input, multi-part question': '{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}',
  'content null': '{"content":null}',
  'content object': '{"content":{"b":1.0,"a":null},"content_type":"Report"}',
  'content list': '{"content":[1]}',
  'content number': '{"content":5}',
  'content empty': '{"content":""}',
  'content_type null': '{"content_type":null}',
  'nulls everywhere':
    '{"parent_run_id":null,"user_id":null,"status":null,"reasoning_content":null,"reasoning_steps":null,"metrics":null,"references":null,"reasoning_messages":null,"images":null,"videos":null,"audio":null,"files":null,"tools":null,"events":null,"messages":null,"created_at":null,"metadata":null,"session_state":null,"citations":null,"response_audio":null,"followups":null}',
  'empties everywhere':
    '{"parent_run_id":"","user_id":"","status":"","reasoning_content":"","reasoning_steps":[],"metrics":{},"tools":[],"events":[],"messages":[],"metadata":{},"session_state":{},"followups":[],"cancellation_stage":""}',
  'wrong lists': '{"reasoning_steps":{},"images":"x"}',
  'wrong texts': '{"status":5,"reasoning_content":["x"]}',
  'wrong metrics': '{"metrics":[1]}',
  'wrong tools': '{"tools":{"a":1}}',
  'tools of texts': '{"tools":["a"]}',
  'wrong followups': '{"followups":[1]}',
  'wrong index': '{"forked_from_message_index":"x"}',
  'index 1.0': '{"forked_from_message_index":1.0,"last_checkpoint_at_message_index":"3"}',
  'index 1.5': '{"last_checkpoint_at_message_index":1.5}',
  'created_at fraction': '{"created_at":1760000100.5}',
  'created_at long fraction': '{"created_at":1760000100.123456789}',
  'created_at text': '{"created_at":"2025-10-09T08:55:00Z"}',
  'created_at number text': '{"created_at":"1760000100"}',
  'created_at 0': '{"created_at":0}',
  'created_at negative': '{"created_at":-5}',
  'created_at huge': '{"created_at":253402300800}',
  'status lower case': '{"status":"completed"}',
  'cancelled with stage': '{"status":"CANCELLED","cancellation_stage":"before_start"}',
  'paused with requirements': '{"status":"PAUSED","requirements":[{"id":"r"}]}',
  'unknown keys': '{"foo":1,"bar":{"x":null}}',
  'lossless numbers': '{"metrics":{"a":1.0,"b":9007199254740993,"c":1e-7},"session_state":{"__proto__":1,"":2}}',
  'messages with odd fields':
    '{"messages":[{"role":"user","content":"q","foo":1,"metrics":{"a":1.0}},{"role":"tool","content":null,"tool_calls":[]}]}',
};
for (const [name, text] of Object.entries(RUN_FIELDS)) {
  const base: Record<string, string> = {
    run_id: '"o-1"',
    agent_id: '"agent-x"',
    status: '"COMPLETED"',
    created_at: '1760000100',
    content: '"answer"',
    content_type: '"str"',
  };
  const own = rawJson(merge(base, text));
  readRuns(name, agent('odd', { session_data: { session_name: 'n' }, runs: [own] }));
}
for (const name of ['nulls everywhere', 'content null', 'input media', 'wrong lists']) {
  const text = RUN_FIELDS[name] ?? '{}';
  const base = { run_id: '"o-1"', status: '"COMPLETED"', created_at: '1760000100', content: '"answer"' };
  readRuns(
    `team, ${name}`,
    team('odd', {
      session_data: { session_name: 'n' },
      runs: [rawJson(merge({ ...base, team_id: '"team-x"' }, text))],
    }),
  );
  readRuns(
    `workflow, ${name}`,
    workflow('odd', {
      session_data: { session_name: 'n' },
      runs: [rawJson(merge({ ...base, workflow_id: '"flow-x"' }, text))],
    }),
  );
}
readRuns(
  'sdk and metadata',
  agent('odd', {
    agent_data: { sdk: 'claude' },
    runs: [
      agentRun('o-1', { metadata: { a: null, sdk: 'u' } }),
      agentRun('o-2', { agent_id: 'other' }),
      agentRun('o-3', { agent_id: null }),
    ],
  }),
);
readRuns('a team run in an agent session', agent('odd', { runs: [teamRun('o-1')] }));
readRuns(
  'runs of no component',
  team('odd', {
    runs: [rawJson('{"run_id":"o-1","content":"c","created_at":1760000100}'), teamRun('o-2', { agent_id: null })],
  }),
);
readRuns('run_data null', agent('odd', { tableRuns: [], legacyRuns: null }));

// Messages of the chat history.
const MESSAGES: Record<string, unknown[]> = {
  'without id and date': [{ role: 'user', content: 'q' }],
  'system, tool and developer': [
    message('system', 's'),
    message('tool', 't'),
    message('developer', 'd'),
    message('assistant', 'a'),
  ],
  'role of another kind': [message('model', 'm'), message('robot', 'r')],
  'all fields': [
    message('assistant', 'a', {
      ...{
        reasoning_content: '',
        compressed_content: 'c',
        stop_after_tool_call: true,
        name: 'n',
        tool_call_id: 't',
        tool_name: 'tn',
      },
      ...{
        tool_args: { b: 1, a: null },
        tool_call_error: false,
        tool_calls: [{ id: 1 }],
        redacted_reasoning_content: 'r',
        provider_data: { z: null },
      },
      ...{
        checkpoint_status: 'PAUSED',
        checkpoint_created_at: 5,
        temporary: true,
        add_to_agent_memory: false,
        citations: { urls: [] },
        unknown: 1,
      },
      ...{
        references: { query: 'q', references: null, time: 1.0 },
        metrics: { input_tokens: 1, output_tokens: 0, cost: null, extra: 5 },
      },
    }),
  ],
  'empty lists': [
    message('assistant', '', { tool_calls: [], tool_args: {}, provider_data: {}, images: [], metrics: {} }),
  ],
  'content a list': [message('user', ['a', { type: 'text', text: 'b' }])],
  'content missing': [{ id: 'm', role: 'user', created_at: 5 }],
  'metrics with zeros': [
    message('assistant', 'a', { metrics: { input_tokens: 0, output_tokens: 0, total_tokens: 0, duration: 0.0 } }),
  ],
  'metrics null': [message('assistant', 'a', { metrics: null })],
  'image by url': [message('user', 'q', { images: [{ id: 'i', url: 'https://x.example/i.png', detail: 'low' }] })],
  'image of bytes': [
    message('user', 'q', {
      images: [{ id: 'i', content: 'aGVsbG8=', mime_type: 'image/png', format: 'png', alt_text: 'lost' }],
    }),
  ],
  'audio of bytes': [
    message('user', 'q', { audio: [{ id: 'a', content: 'aGVsbG8=', format: 'wav', transcript: 't' }] }),
  ],
  'audio by url': [message('user', 'q', { audio: [{ id: 'a', url: 'https://x.example/a.wav', format: 'wav' }] })],
  'video and file of bytes': [
    message('user', 'q', {
      videos: [{ id: 'v', content: 'aGVsbG8=' }],
      files: [{ id: 'f', content: 'aGVsbG8=', filename: 'a.txt', mime_type: 'text/plain' }],
    }),
  ],
  'file with text content': [
    message('user', 'q', { files: [{ id: 'f', content: 'plain text!', filename: 'a.txt', mime_type: 'text/plain' }] }),
  ],
  'audio output': [message('assistant', 'a', { audio_output: { id: 'a', content: 'aGVsbG8=', expires_at: 5 } })],
};
for (const [name, messages] of Object.entries(MESSAGES)) {
  detail.add(`messages: ${name}`, get('/sessions/odd'), {
    given: [agent('odd', { session_data: { session_name: 'n' }, runs: [agentRun('o-1', { messages })] })],
  });
}

// Merging of the old column with the table.
const MIXED: CaseDraft = { layouts: ['mixed'] };
const OLD: CaseDraft = { layouts: ['v2', 'mixed'] };
const old = (id: string, text: string) => agentRun(id, { messages: [user(text)], content: 'old' });
const fresh = (id: string, text: string, more = {}) =>
  agentRun(id, { messages: [user(text)], content: 'new', ...more });
const MERGES: Record<string, Partial<GivenSession>> = {
  'table replaces its copy in place': {
    legacyRuns: [old('o-1', 'One'), old('o-2', 'Two')],
    tableRuns: [fresh('o-1', 'One anew', { run_index: 5 }), fresh('o-3', 'Three', { run_index: 0 })],
  },
  'second replaced': { legacyRuns: [old('o-1', 'One'), old('o-2', 'Two')], tableRuns: [fresh('o-2', 'Two anew')] },
  'legacy null': { legacyRuns: null, tableRuns: [fresh('o-1', 'New')] },
  'legacy []': { legacyRuns: [], tableRuns: [fresh('o-1', 'New')] },
  'legacy object': { legacyRuns: { a: 1 }, tableRuns: [fresh('o-1', 'New')] },
  'index NULL last': {
    tableRuns: [
      fresh('o-1', 'None', { run_index: null }),
      fresh('o-2', 'Second', { run_index: 2 }),
      fresh('o-3', 'First', { run_index: 1 }),
    ],
  },
  'all in both': { legacyRuns: [old('o-1', 'One')], tableRuns: [fresh('o-1', 'One')] },
};
for (const [name, columns] of Object.entries(MERGES)) everyWay(`merge: ${name}`, agent('odd', columns), MIXED);
const ENTRIES: Record<string, StoredJson> = {
  'entries that are no runs': [null, 5, 'x', [], old('o-1', 'One')],
  'entries without run_id': [
    { agent_id: 'a', messages: [user('No id')] },
    { run_id: null, agent_id: 'a' },
    old('o-1', 'One'),
  ],
  'the same id twice': [old('o-1', 'One'), old('o-1', 'Again')],
  'a run of run_id number': [{ run_id: 5, agent_id: 'a', content: 'c' }, old('o-1', 'One')],
};
for (const [name, legacyRuns] of Object.entries(ENTRIES))
  everyWay(`old column: ${name}`, agent('odd', { legacyRuns }), OLD);

function everyWay(name: string, session: GivenSession, draft: CaseDraft = {}): void {
  list.add(`runs: ${name}`, get('/sessions?user_id=own'), { given: [session], ...draft });
  detail.add(`runs: ${name}`, get('/sessions/odd'), { given: [session], ...draft });
  readRuns(name, session, draft);
}

function readRuns(name: string, session: GivenSession, draft: CaseDraft = {}): void {
  runs.add(`odd: ${name}`, get('/sessions/odd/runs'), { given: [session], ...draft });
  previews.add(`odd: ${name}`, get('/sessions/odd/run-previews'), { given: [session], ...draft });
  single.add(`odd: ${name}`, get('/sessions/odd/runs/o-1'), { given: [session], ...draft });
}

/** The members of an object given as JSON text laid over those of another, by key. */
function merge(base: Record<string, string>, text: string): string {
  const own = Object.keys(JSON.parse(text) as object);
  const kept = Object.entries(base).filter(([key]) => !own.includes(key));
  return `{${kept.map(([key, value]) => `"${key}":${value}`).join(',')},${text.slice(1)}`;
}

export default [...list.cases, ...detail.cases, ...runs.cases, ...previews.cases, ...single.cases];
