import { arrayOf, itemsOf, objectOf, stringOf } from './json-builders.js';
import { type SessionShape, sessionShape } from './shape.js';

const inRun = (members: string) => ({ runs: [`{"run_id":"r0","agent_id":"a",${members}}`] });

export const WIDTH: readonly SessionShape[] = [
  sessionShape('state of ones', (bytes) => ({ state: `{"list":${arrayOf('1', bytes)}}` }), { maxBytes: 1_980_000 }),
  sessionShape('state of many keys', (bytes) => ({ state: objectOf('1', bytes) }), { maxBytes: 10_700_000 }),
  sessionShape('state of small records', (bytes) => ({
    state: `{"list":${arrayOf((index) => `{"id":${index},"name":"item ${index}","tags":["a","b"]}`, bytes, 6)}}`,
  })),
  sessionShape('state of long keys', (bytes) => ({
    state: `{${itemsOf((index) => `"${index}${'k'.repeat(1_000)}":0`, bytes).join(',')}}`,
  })),
  sessionShape('state of one long key', (bytes) => ({ state: `{${stringOf('k', bytes)}:0}` })),
  sessionShape('state of escaped keys', (bytes) => ({
    state: `{${itemsOf((index) => `"\\u0416\\"${index}":"\\n"`, bytes).join(',')}}`,
  })),
  sessionShape(
    'metadata of many keys with an SDK label',
    (bytes) => ({ metadata: objectOf('"v"', bytes), agentData: '{"sdk":"claude"}' }),
    {
      storing: 'both',
      maxBytes: 12_700_000,
      isQuick: true,
    },
  ),
  sessionShape('agent data of many keys', (bytes) => ({ agentData: objectOf('"v"', bytes) }), {
    storing: 'sql',
    maxBytes: 12_700_000,
  }),
  sessionShape('run of many keys', (bytes) => inRun(objectOf('1', bytes).slice(1, -1)), {
    maxBytes: 10_700_000,
    isQuick: true,
  }),
  sessionShape(
    'run metadata of many keys with an SDK label',
    (bytes) => ({
      ...inRun(`"metadata":${objectOf('1', bytes)}`),
      agentData: '{"framework":"langgraph"}',
    }),
    { maxBytes: 10_700_000, storing: 'both' },
  ),
  sessionShape('input content of many keys', (bytes) => inRun(`"input":{"input_content":${objectOf('1', bytes)}}`), {
    maxBytes: 10_700_000,
  }),
  sessionShape('input list of ones', (bytes) => inRun(`"input":${arrayOf('1', bytes)}`), { maxBytes: 1_980_000 }),
  sessionShape('summary of many topics', (bytes) => ({
    summary: `{"summary":"s","topics":${arrayOf((index) => `"topic ${index}"`, bytes)}}`,
  })),
];
