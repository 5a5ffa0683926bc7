import { arrayOf, MAX_DEPTH, nestedArrays, nestedObjects, stringOf } from './json-builders.js';
import { type SessionShape, sessionShape } from './shape.js';

const LEVELS = 900;
/** Nesting levels: more than a request body may have, so that only SQL can store the value. */
const STORED_LEVELS = 3_000;

const inRun = (members: string) => ({ runs: [`{"run_id":"r0","agent_id":"a",${members}}`] });
const longDigits = '7'.repeat(4_000);
const manyOnes = { maxBytes: 1_980_000 };

export const DEPTH: readonly SessionShape[] = [
  sessionShape(
    'deep input around long integers',
    (bytes) => inRun(`"input":${nestedArrays(LEVELS, arrayOf(longDigits, bytes))}`),
    { isQuick: true },
  ),
  sessionShape(
    'deep input content around ones',
    (bytes) => inRun(`"input":{"input_content":${nestedArrays(LEVELS, arrayOf('1', bytes))}}`),
    { ...manyOnes, isQuick: true },
  ),
  sessionShape(
    'deep input content of objects around ones',
    (bytes) => inRun(`"input":{"input_content":${nestedObjects(LEVELS, arrayOf('1', bytes))}}`),
    // Small, because AgentOS's format indents each number by two characters per level.
    { maxBytes: 600_000, statuses: [201, 413], isQuick: true },
  ),
  sessionShape(
    'deep input stored by SQL',
    (bytes) => inRun(`"input":${nestedArrays(STORED_LEVELS, arrayOf('1', bytes))}`),
    { ...manyOnes, storing: 'sql', isQuick: true },
  ),
  sessionShape(
    'deep input of objects stored by SQL',
    (bytes) => inRun(`"input":{"input_content":${nestedObjects(STORED_LEVELS, stringOf('x', bytes))}}`),
    { storing: 'sql' },
  ),
  sessionShape('deep state around a string', (bytes) => ({
    state: nestedObjects(MAX_DEPTH, stringOf('x', bytes)),
    metadata: '{}',
  })),
  sessionShape('deep state stored by SQL', (bytes) => ({ state: nestedObjects(STORED_LEVELS, arrayOf('1', bytes)) }), {
    ...manyOnes,
    storing: 'sql',
  }),
  sessionShape(
    'many deep values',
    (bytes) => {
      const chains = arrayOf(nestedArrays(LEVELS, ''), bytes / 2, LEVELS * 2);
      return { state: `{"chains":${chains}}`, ...inRun(`"input":{"input_content":${chains}}`) };
    },
    { maxBytes: 1_980_000 },
  ),
  sessionShape('deep message content', (bytes) =>
    inRun(`"messages":[{"role":"user","content":[${nestedArrays(LEVELS, stringOf('x', bytes))}]}]`),
  ),
  sessionShape('deep content and metrics', (bytes) => {
    const deep = nestedObjects(LEVELS, stringOf('x', bytes / 2));
    return inRun(`"content":${deep},"metrics":${deep}`);
  }),
];
