import { arrayOf, itemsOf, stringOf } from './json-builders.js';
import { runId, type SessionShape, sessionShape } from './shape.js';

const step = (index: number) =>
  `{"run_id":"s${index}","agent_id":"a","content":"step ${index}","messages":[{"role":"user","content":"x"}]}`;

const event = (index: number) =>
  `{"event":"RunContent","run_id":"r0","content":"text ${index}","created_at":175000000,"agent_id":"a","nested_depth":0}`;

/** A run whose members all have a wrong type. */
const invalidRun = (index: number) =>
  `{"run_id":"${runId(index)}","agent_id":"a","content":[1],"messages":1,"tools":"x","events":{},"metrics":[],"images":1,` +
  `"references":1,"followups":1,"citations":1,"session_state":1,"reasoning_steps":1,"reasoning_content":1,"metadata":1}`;

/** Approximate size in bytes of a session that has no name, so that its title comes from its run. */
const UNNAMED_SESSION_BYTES = 300;

export const RUNS: readonly SessionShape[] = [
  sessionShape('tiny runs', (bytes) => ({ runs: itemsOf((index) => `{"run_id":"${runId(index)}"}`, bytes, 2) }), {
    maxBytes: 5_600_000,
    isQuick: true,
  }),
  sessionShape('small runs of an agent', (bytes) => ({
    runs: itemsOf(
      (index) =>
        `{"run_id":"${runId(index)}","agent_id":"a","status":"COMPLETED","created_at":175000000,"content":"text",` +
        `"input":{"input_content":"question"},"messages":[{"id":"m${index}","role":"user","content":"question"}]}`,
      bytes,
      13,
    ),
  })),
  sessionShape('long runs of an agent', (bytes) => ({
    runs: itemsOf(
      (index) => `{"run_id":"${runId(index)}","agent_id":"a","content":${stringOf('z', 400_000)}}`,
      bytes,
      4,
    ),
  })),
  sessionShape('member runs of a team', (bytes) => ({
    type: 'team',
    runs: itemsOf(
      (index) =>
        index === 0
          ? '{"run_id":"r0","team_id":"t","content":"text"}'
          : `{"run_id":"${runId(index)}","agent_id":"a","parent_run_id":"r0","content":"text","messages":[{"role":"user","content":"x"}]}`,
      bytes,
      9,
    ),
  })),
  sessionShape('member responses in a team run', (bytes) => ({
    type: 'team',
    runs: [`{"run_id":"r0","team_id":"t","content":"text","member_responses":${arrayOf(step, bytes, 8)}}`],
  })),
  sessionShape(
    'steps of a workflow run',
    (bytes) => ({
      type: 'workflow',
      runs: [`{"run_id":"r0","workflow_id":"w","step_executor_runs":${arrayOf(step, bytes, 8)}}`],
    }),
    { isQuick: true },
  ),
  sessionShape('object inputs of workflow runs', (bytes) => ({
    type: 'workflow',
    runs: itemsOf(
      (index) => `{"run_id":"${runId(index)}","workflow_id":"w","input":{"topic":"text","list":[1,2,{"a":null}]}}`,
      bytes,
      11,
    ),
  })),
  sessionShape('events of a run', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","events":${arrayOf(event, bytes, 7)}}`],
  })),
  sessionShape('runs of wrong types', (bytes) => ({ runs: itemsOf(invalidRun, bytes, 17) }), { isQuick: true }),
  sessionShape(
    'lists of wrong types in a run',
    (bytes) => {
      const list = arrayOf('1', bytes / 6, 6);
      const names = ['messages', 'tools', 'events', 'images', 'references', 'followups'];
      return { runs: [`{"run_id":"r0","agent_id":"a",${names.map((name) => `"${name}":${list}`).join(',')}}`] };
    },
    { maxBytes: 1_980_000 },
  ),
  sessionShape(
    'many unnamed sessions',
    (bytes) => ({
      state: '{"a":1}',
      runs: ['{"run_id":"r0","agent_id":"a","messages":[{"role":"user","content":"a question of some length"}]}'],
      copies: Math.ceil(bytes / UNNAMED_SESSION_BYTES),
    }),
    { storing: 'sql', isQuick: true },
  ),
  sessionShape(
    'sessions with long titles',
    (bytes) => ({
      runs: [`{"run_id":"r0","agent_id":"a","input":{"input_content":{"text":${stringOf('t', 200_000)}}}}`],
      copies: Math.ceil(bytes / 200_000),
    }),
    { storing: 'sql' },
  ),
];
