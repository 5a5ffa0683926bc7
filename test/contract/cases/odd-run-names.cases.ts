import { rawJson, type StoredJson } from '../harness/given-session.js';
import { runCaseCollector } from './run-case-collector.js';
import { agent, agentRun, message, team, teamRun, workflow, workflowRun } from './session-builders.js';

/** Runs that give their session an unusual title, or that belong to another kind of component than the session. */
const { readEverywhere, collected } = runCaseCollector();

const user = (content: unknown, fields = {}) => message('user', content, fields);

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
for (const [name, given] of Object.entries(AGENT_RUNS)) readEverywhere(`agent, ${name}`, agent('odd', { runs: given }));

const TEAM_RUNS: Record<string, StoredJson[]> = {
  'member first': [agentRun('o-1', { messages: [user('Member')] }), teamRun('o-2', { messages: [user('Leader')] })],
  'agent_id empty': [teamRun('o-1', { agent_id: '', messages: [user('Empty agent')] })],
  'agent_id null': [teamRun('o-1', { agent_id: null, messages: [user('Null agent')] })],
  'team_id null': [teamRun('o-1', { team_id: null, messages: [user('Null team')] })],
  'both ids': [teamRun('o-1', { agent_id: 'a', messages: [user('Both')] })],
  'no question, input': [teamRun('o-1', { input: { input_content: 'Typed' } })],
};
for (const [name, given] of Object.entries(TEAM_RUNS)) readEverywhere(`team, ${name}`, team('odd', { runs: given }));

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
  readEverywhere(`workflow, input ${name}`, workflow('odd', { workflow_data: { name: 'Flow' }, runs: [run('o-1')] }));
}
readEverywhere(
  'workflow, list input, no name',
  workflow('odd', { workflow_data: {}, runs: [workflowRun('o-1', { input: [1] })] }),
);
readEverywhere(
  'workflow, list input, workflow_data SQL NULL',
  workflow('odd', { runs: [workflowRun('o-1', { input: [1] })] }),
);
readEverywhere(
  'workflow, no input, question in a step',
  workflow('odd', {
    workflow_data: { name: 'F' },
    runs: [workflowRun('o-1', { step_executor_runs: [agentRun('o-s', { messages: [user('Step question')] })] })],
  }),
);
readEverywhere(
  'workflow, an agent run first',
  workflow('odd', {
    workflow_data: { name: 'F' },
    runs: [agentRun('o-1', { messages: [user('Agent')] }), workflowRun('o-2', { input: 'Go' })],
  }),
);

export default collected();
