import { get } from '../harness/contract-case.js';
import { rawJson } from '../harness/given-session.js';
import { runCaseCollector } from './run-case-collector.js';
import { agent, agentRun, message, team, teamRun, workflow } from './session-builders.js';

/** Runs and messages with fields that are missing, null, empty or of another type than agno writes. */
const { readRuns, readDetail, collected } = runCaseCollector();

// Agent runs whose input, content and other fields have unusual types.
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
  'input media of wrong types': '{"input":{"input_content":"x","images":"aü","videos":{"b":1,"a":2},"audios":""}}',
  'metadata an empty list': '{"metadata":[]}',
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

// Messages in the chat history.
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
  readDetail(`messages: ${name}`, get('/sessions/odd'), {
    given: [agent('odd', { session_data: { session_name: 'n' }, runs: [agentRun('o-1', { messages })] })],
  });
}

/** Adds the members of a JSON object to `base`, replacing equal keys. Works on text to preserve numbers. */
function merge(base: Record<string, string>, json: string): string {
  const own = Object.keys(JSON.parse(json) as object);
  const kept = Object.entries(base).filter(([key]) => !own.includes(key));
  return `{${kept.map(([key, value]) => `"${key}":${value}`).join(',')},${json.slice(1)}`;
}

export default collected();
