import { type CaseDraft, caseCollector, get, send } from '../harness/contract-case.js';
import { type GivenSession, rawJson } from '../harness/given-session.js';
import { runCaseCollector } from './run-case-collector.js';
import { agent, workflow } from './session-builders.js';

/** Values of json columns, which keep their text: jsonb would change or reject them. */
const { readEverywhere, collected } = runCaseCollector();
const list = caseCollector('list');
const patch = caseCollector('patch');
const rename = caseCollector('rename');
const create = caseCollector('create');

const JSON_COLUMNS: CaseDraft = { layouts: ['v20'] };
const data = (text: string) => ({ session_data: rawJson(text) });
const run = (members: string) => `{"run_id": "o-1", "agent_id": "agent-x", "created_at": 1760000100, ${members}}`;
const asked = (content: string) =>
  run(`"messages": [{"id": "m", "role": "user", "content": ${content}, "created_at": 1760000101}]`);
const runs = (text: string) => ({ legacyRuns: rawJson(text) });

const VALUES: Record<string, Partial<GivenSession>> = {
  'order of keys': {
    ...data('{"session_state": {"zz": 1, "a": {"y": 1, "b": 2}}, "session_name": "N"}'),
    metadata: rawJson('{"bb": 1, "a": {"d": 1, "c": 2}}'),
    agent_data: rawJson('{"name": "A", "agent_id": "agent-x"}'),
    summary: rawJson('{"topics": ["b", "a"], "summary": "S"}'),
    ...runs(`[${run('"content": {"zz": 1, "a": 2}, "content_type": "Plan", "metadata": {"b": 1, "a": 2}')}]`),
  },
  'duplicate keys': {
    ...data('{"session_state": {"z": 1, "a": 2, "z": 3}, "session_name": "first", "session_name": "last"}'),
    ...runs(`[${run('"content": "first", "messages": [], "content": {"b": 1, "a": 2, "b": 3}')}]`),
  },
  numbers: {
    ...data(
      '{"session_state": {"e": 1e5, "E": 1E-7, "f": 1.0, "t": 1.50, "m": -0, "n": -0.0, "b": 1234567890123456789012345}}',
    ),
    metadata: rawJson('{"e": 1e22, "h": 0.1e1, "max": 1.7976931348623157e308}'),
    ...runs(`[${run('"metrics": {"duration": 1e-3, "input_tokens": 7}, "content": {"n": 1e2}')}]`),
  },
  'a number beyond double': data('{"session_state": {"i": 1e400, "s": 1e-400}}'),
  'total tokens with an exponent': data('{"session_metrics": {"total_tokens": 1e1}}'),
  'white space': {
    ...data('\n  {"session_state" : {"s" :\t"a"}, "session_name" : "N" } '),
    metadata: rawJson('  {"a" : [ 1 , 2 ] }'),
    ...runs(` [ ${asked('"Hi"')} ] `),
  },
  'blanks before null': { ...data(' null'), metadata: rawJson('\n null '), ...runs(' null') },
  escapes: {
    ...data(
      '{"session_state": {"s": "\\u00fc\\ud83d\\ude42\\/\\\\u00fc", "\\u0061": 1}, "session_name": "Gr\\u00fc\\u00dfe"}',
    ),
    ...runs(`[${asked('"Gr\\u00fc\\u00dfe \\ud83d\\ude42"')}]`),
  },
  'NUL in state': data('{"session_state": {"s": "a\\u0000b", "k\\u0000": "\\\\u0000"}, "session_name": "N"}'),
  'NUL in metadata': { ...data('{"session_name": "N"}'), metadata: rawJson('{"k": "\\u0000"}') },
  'NUL in a message': runs(`[${asked('"a\\u0000b"')}]`),
  'NUL in content': runs(`[${run('"content": "c\\u0000", "input": {"input_content": {"z": 1, "a": "\\u0000"}}')}]`),
  'input of objects': runs(`[${run('"input": {"input_content": {"z": 1e5, "a": {"c": 1.0, "b": "\\u00fc"}}}')}]`),
  'entries without an id': runs(`[null, 5, {"agent_id": "a"}, {"run_id": null}, ${asked('"Hi"')}]`),
  'the same id twice': runs(`[${asked('"One"')}, ${asked('"Two"')}]`),
};
for (const [name, columns] of Object.entries(VALUES)) {
  readEverywhere(`json: ${name}`, agent('odd', columns), JSON_COLUMNS);
}
readEverywhere(
  'json: workflow',
  workflow('odd', {
    workflow_data: rawJson('{"workflow_id": "flow-x", "name": "W"}'),
    ...runs(
      '[{"run_id": "o-1", "workflow_id": "flow-x", "input": {"zz": 1, "a": [1e2, null]}, "content": "c", "created_at": 1}]',
    ),
  }),
  JSON_COLUMNS,
);

for (const name of ['1e5', '1.50', '-0', '"a\\u0000\\u00fc"', '{"zz": 1e2, "a": 2}', '[1.0]', 'null']) {
  const workflow_data = rawJson(`{"name": ${name}}`);
  const session = workflow('odd', { workflow_data, ...runs('[{"run_id": "o-1", "workflow_id": "flow-x"}]') });
  list.add(`json: workflow named ${name}`, get('/sessions?user_id=own'), { ...JSON_COLUMNS, given: [session] });
}

const CHANGED = [
  agent('odd', {
    ...data(
      '{"other": [1.50, 1e2], "session_state": {"zz": 1, "a": 2}, "session_name": "Old", "tail": {"b": 1, "a": 2}}',
    ),
    ...runs(`[${asked('"Hi"')}]`),
  }),
];
const given = { ...JSON_COLUMNS, given: CHANGED };
list.add('json: filter by name', get('/sessions?user_id=own&session_name=ol'), given);
list.add('json: filter by escaped name', get('/sessions?user_id=own&session_name=%C3%BC%C3%9Fe'), {
  ...JSON_COLUMNS,
  given: [agent('odd', VALUES['escapes'])],
});
for (const body of [
  { session_name: 'New' },
  { session_state: { z: 1, b: [2], aa: null } },
  { session_state: {}, session_name: 'Both' },
  { metadata: { zz: 1, a: { d: 1.5, c: 'ü' } } },
  { summary: { topics: ['b'], summary: 'S' } },
  {},
]) {
  patch.add(`json: ${JSON.stringify(body)}`, [send('PATCH', '/sessions/odd', body), get('/sessions/odd')], given);
}

/** As text, so that the escapes are sent unchanged. Lone surrogates and NUL are rejected: see `patch.cases.ts`. */
const CONTROL = String.raw`{"\u001a0041":{"\u001A\u001a0000":"a\u001a0041b"},"\\u001a0041":1,"\u0001":2,"\ud83d\ude42":"\ufffe"}`;
const CONTROL_BODY = String.raw`{"session_name":"N\u001a0041","session_state":${CONTROL},"metadata":${CONTROL}}`;
patch.add(
  'json: control characters in keys',
  [
    send('PATCH', '/sessions/odd', CONTROL_BODY),
    get('/sessions/odd'),
    send('POST', '/sessions/odd/rename', String.raw`{"session_name":"\u001a0042"}`),
    get('/sessions/odd'),
  ],
  { ...JSON_COLUMNS, given: [agent('odd', data('{"session_state": {"a": 1}}'))] },
);
create.add(
  'json: control characters in keys',
  [
    send('POST', '/sessions', CONTROL_BODY.replace('{', '{"session_id":"made","agent_id":"a","user_id":"own",')),
    get('/sessions/made'),
    get('/sessions?user_id=own'),
  ],
  { ...JSON_COLUMNS, rowsOf: ['made'] },
);
for (const session_data of ['null', '{}', '{"session_name": "a", "session_name": "b", "z": 1}']) {
  const draft = { ...JSON_COLUMNS, given: [agent('odd', data(session_data))] };
  patch.add(
    `json: of ${session_data}`,
    send('PATCH', '/sessions/odd', { session_state: {}, session_name: 'N' }),
    draft,
  );
}
rename.add(
  'json: order of keys',
  [send('POST', '/sessions/odd/rename', { session_name: 'R' }), get('/sessions/odd')],
  given,
);
create.add(
  'json: order of keys',
  [
    send('POST', '/sessions', {
      session_id: 'made',
      agent_id: 'a',
      user_id: 'own',
      session_name: 'N',
      session_state: { z: 1, b: [2], aa: null },
      metadata: { zz: 1, a: 2 },
    }),
    get('/sessions/made'),
    get('/sessions?user_id=own'),
  ],
  { ...JSON_COLUMNS, rowsOf: ['made'] },
);

export default [...collected(), ...[list, patch, rename, create].flatMap(({ cases }) => cases)];
